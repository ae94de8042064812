// Everyday English of shopping, from our own heads: what the starting policy practises copying on, beside words nobody ever saw.

/** Words that a query can do without. */
export const STOP_WORDS = 'a an the for with without of in on to from by and or not no my your his her is it that this at as'.split(' ')

export const EVERYDAY_WORDS = `
men women boys girls kids baby toddler dog cat pet puppy adult teen mens unisex size small medium large xl xxl mini big tall short long wide thin thick
shoes shirt pants jeans dress skirt jacket coat hoodie sweater socks hat cap gloves belt scarf boots sandals sneakers slippers leggings shorts bra underwear pajamas
phone case charger cable adapter cover screen protector stand holder mount tablet laptop computer printer keyboard mouse speaker headphones earbuds camera lens tripod tv remote
battery batteries light lights lamp bulb led fan heater filter vacuum cleaner mop broom brush sponge soap towel towels sheet sheets pillow blanket curtain curtains rug mat mattress bed
table chair desk shelf shelves cabinet drawer box boxes bag bags bin basket rack hook hooks hanger mirror frame clock wall door window floor ceiling garden outdoor indoor patio
kitchen bathroom bedroom living room office garage car truck bike bicycle motorcycle trailer tire wheel seat covers parts tool tools drill saw hammer screwdriver wrench screws nails tape glue paint
knife knives fork spoon plate plates bowl bowls cup cups mug glass glasses bottle bottles jar lid pan pot pots oven toaster blender mixer grill coffee tea maker machine
water food snack candy chocolate sugar salt oil vitamin vitamins protein powder cream lotion shampoo conditioner hair skin face body hand nail makeup lipstick perfume razor
toy toys game games puzzle book books card cards board ball doll figure set sets kit pack piece pieces pair dozen count inch inches feet foot yard meter gallon quart liter ounce pound
black white red blue green yellow orange purple pink brown gray grey gold silver clear bronze beige navy teal
cotton leather wool silk plastic metal steel wood wooden glass rubber stainless aluminum paper foam ceramic
new used best cheap free gift gifts birthday christmas halloween wedding party decor decorations costume supplies replacement accessories portable wireless electric digital smart
waterproof heavy duty soft hard fast slow hot cold warm cool dry wet light dark bright heavy strong safe easy quick high low left right front back top bottom inside outside
summer winter spring fall travel camping hiking fishing hunting running cycling swimming golf tennis soccer football baseball basketball hockey yoga gym exercise fitness sport sports
school college student teacher art craft crafts sewing fabric yarn thread needle pen pens pencil pencils marker markers crayons notebook folder binder stickers labels envelopes
star heart flower flowers tree animal animals bear lion horse fish bird butterfly dragon unicorn dinosaur princess queen king super man hero
seed seeds plant plants soil hose pump pipe valve switch plug outlet wire cord power solar panel motor engine oil gas fuel
ring rings necklace bracelet earrings watch watches wallet purse backpack luggage suitcase umbrella sunglasses
day night year month week old time home house family mom dad son daughter grandma friend
series version edition model type style color pattern design print custom professional original natural organic
under over between around above below near full half double single twin queen king triple
hold holds make makes making clean cleaning wash washing cut cutting cook cooking play playing read reading write writing sleep sleeping work working walk walking ride riding
`.trim().split(/\s+/).filter((word, i, words) => words.indexOf(word) === i)

/** Sounds that English-like words are put together from. */
export const ONSETS = 'b bl br c ch cl cr d dr f fl fr g gl gr h j k kn l m n p ph pl pr qu r s sc sh sk sl sm sn sp st str sw t th tr tw v w wh wr y z'.split(' ')
export const NUCLEI = 'a a a e e e i i o o u ai au ay ea ee ei ie io oa oi oo ou ow ue y'.split(' ')
export const CODAS = 'b ck d f g k l ll lt m mp n nd ng nk nt p r rd rk rm rn rt s sh ss st t tch th ve x ze'.split(' ')
export const ENDINGS = 'ing er ers ed es ly tion sion able ment ness ful less ic al ous ive ity ism ist y ie a o ia ium ex ix on us'.split(' ')
