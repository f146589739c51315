"""How Japanese asks."""

from adr.index.asking.rules import QuestionRules

_NOUNS = {
    **dict.fromkeys(("色", "カラー"), "color"),
    **dict.fromkeys(("種類", "タイプ"), "kind"),
    **dict.fromkeys(("形", "形状"), "shape"),
    **dict.fromkeys(("素材", "材質", "材料"), "material"),
    **dict.fromkeys(("模様", "柄"), "pattern"),
    **dict.fromkeys(("ブランド", "メーカー"), "brand"),
    **dict.fromkeys(("犬種", "品種"), "breed"),
    **dict.fromkeys(("スポーツ", "競技"), "sport"),
    **dict.fromkeys(("動物",), "animal"),
    **dict.fromkeys(("果物", "フルーツ"), "fruit"),
    **dict.fromkeys(("食べ物", "料理"), "food"),
    **dict.fromkeys(("部屋",), "room"),
    **dict.fromkeys(("天気", "天候"), "weather"),
    **dict.fromkeys(("季節",), "season"),
    **dict.fromkeys(("国",), "country"),
    **dict.fromkeys(("都市", "街"), "city"),
    **dict.fromkeys(("言語", "言葉"), "language"),
    **dict.fromkeys(("数", "人数", "個数", "台数"), "number"),
    **dict.fromkeys(("名前", "名称"), "name"),
    **dict.fromkeys(("乗り物",), "vehicle"),
    **dict.fromkeys(("性別",), "gender"),
    **dict.fromkeys(("目的",), "purpose"),
    **dict.fromkeys(("大きさ", "サイズ"), "size"),
    **dict.fromkeys(("年齢",), "age"),
    **dict.fromkeys(("表情",), "expression"),
    **dict.fromkeys(("物体",), "object"),
}
_DESCRIBES = r"(?:描写|説明|記述|述べ|語っ|要約|キャプション|タイトルを?(?:付|つ)け)"
_PLEASE = r"(?:して|せよ|しろ|しなさい|してください|て|て下さい|てください|を?お願い|を(?:書|作|生成|付|つ))"
RULES = QuestionRules(
    nouns=_NOUNS,
    prompts=(
        ("multiple choice", r"選択肢|(?:記号|アルファベット)で(?:答え|回答)"),
        ("answer yes or no", r"(?:はい|yes)(?:」|』)?(?:か|または|もしくは|・)(?:「|『)?(?:いいえ|no)"),
        (
            "answer briefly",
            r"(?:一言|ひとこと|一語|単語|短く|簡潔に|短い(?:語句|フレーズ)|フレーズ).{0,8}(?:答え|回答)",
        ),
        ("locate", r"バウンディングボックス|座標|境界ボックス"),
        ("describe region", rf"(?:領域|区域).{{0,16}}{_DESCRIBES}"),
    ),
    opens=r"すみません|こんにちは|では|それでは|ちなみに|また|(?P<tell>教えて(?:ください)?)",
    requests=(
        ("explain", r"(?:理由|仕組み|意味|わけ|訳)を.{0,8}説明"),
        ("describe", rf"{_DESCRIBES}.{{0,4}}{_PLEASE}"),
        ("describe", r"(?:説明文|説明|キャプション|描写)を(?:書|作|生成|提供|付|つ)"),
        ("list", r"(?:リストアップ|列挙|挙げ|あげ|リストに)(?:し)?(?:て|ろ|よ|なさい)"),
        ("compare", r"比較(?:し)?(?:て|せよ|しろ)|比べて(?:ください|みて)"),
        ("translate", r"(?:翻訳|訳)(?:し)?て"),
        ("count", r"数えて"),
        ("identify", r"(?:特定|識別)して"),
        ("analyze", r"分析して"),
        ("find", r"(?:見つけて|探して)"),
        ("read", r"(?:読み取って|読んで(?:ください|$))"),
        ("write", r"(?:書いて|作文して)(?:ください|下さい|くれ|。|$)"),
        ("generate", r"(?:生成|作成)して"),
        ("suggest", r"(?:提案|推薦)して"),
    ),
    questions=(
        ("how", r"どうやって|どのように"),
        ("why", r"なぜ|何故|どうして|理由は何"),
        (
            "how many",
            r"(?:何|幾)(?:人|匹|頭|台|個|本|枚|羽|つ|冊|杯|軒|階|種類|回|艘|隻|両|切れ|名|足|着|玉|束|脚|"
            r"箇所|か所|件)|いくつ|どれくらいの数|何人",
        ),
        ("how much", r"いくら|値段は|どれ(?:くらい|だけ|ほど)"),
        ("how old", r"何歳|何才"),
        ("what time", r"何時(?!代)"),
        ("what day", r"何曜日"),
        ("when", r"いつ|何年|何月|何日|何世紀"),
        ("how far", r"どれくらい(?:遠|離れ)"),
        ("how long", r"何時間|何分"),
        ("where", r"どこ|何処|どちらに"),
        ("whose", r"(?:誰|だれ)の"),
        ("who", r"誰|だれ|どなた|何者"),
        ("what do", r"(?:何|なに)を(?:し|やっ|行っ|なさっ)"),
        ("what *", r"(?:何の|なんの|どんな|どういう|何という|どのような|何)(?P<noun>NOUNS)"),
        ("what *", r"(?P<noun>NOUNS)(?:は|って)(?:何|なん|どう|どんな|どれ|いくつ)"),
        ("what kind", r"どんな|どのような|どういう|どういった|どの種の"),
        ("which", r"どの|どれ|どちら|どっち"),
        ("how", r"どう(?!し)|いかに"),
        ("what", r"何|なに|なん(?:です|でしょ|だ)"),
    ),
    yes_no=(
        (
            "be there",
            r"(?:あり|(?<![てで])い|存在し|写ってい|映ってい|見え)(?:ます|ません)か|(?:ある|いる|"
            r"ない)(?:の)?(?:です)?(?:か(?:な|しらん?)?)?[?？]",
        ),
        ("can", r"(?:でき|られ|え|け|せ|め|れ)ますか|(?:[えけせてねべめれげ]る|可能です)(?:の)?(?:です)?か"),
        (
            "be",
            r"(?:です|でしょう|だろう)か|(?:ている|ています|である|じゃない|"
            r"ではない)(?:の)?(?:です)?か?[?？]?|(?:かった|い)(?:の)?(?:です)?か|^[^ぁ-ん]+[?？]$",
        ),
        ("do", r"(?:ます|ました|ません)か|[うくすつぬむぶぐるただかの][?？]"),
    ),
    cut=r"(?<=か)、|(?:で|て)、(?=何|誰|どこ|いつ)|そして|また、",
    unmarked=r"(?:何|誰|どこ|いつ|なぜ|どの|どれ|いくつ).*(?:の|は)[。]?$",
    asks=r"(?:か|かな|かしら)[。.\s]*$",
)
