"""Denials without a word for denial: a claim is also rebutted by what else the writer says around it.

No single wording decides. Signs are weighed: distance from who says so, the text of the policy against the
claim, one's own experience, a contrast, an authority's answer, the right statement itself; against them
stands what takes the claim for granted. All work on plain keys in which the claim is set as `MARK`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from analysis import cues
from analysis.lexicon import load_lexicon
from analysis.sentiment import CUT, tempered_total

MARK = "█"
"""Stands in the place of the claim."""

_FAR_OFF = re.compile(
    rf"(?<![为凭有])什么{MARK}|说{MARK}[^,。!?]{{0,4}}的(?=[,:麻请都多八建去那纯打是])|说{MARK}的|还(?:有人)?(?:在)?(?:传|信){MARK}"
    r"|谁(?:又|还)?(?:在)?(?:说|讲|传|造|编|告诉你)(?!不)|哪儿?来的|从何(?:说起|而来|谈起)|不知从何|听谁说|哪个(?:天才|大聪明|人才)(?!想|定|拍|制定|出的)|(?<!这)哪个群"
    r"|(?<![系选])(?:瞎|乱)?编(?:的|出来|给|造|排|个)|p的|ps的|炮制|散布|带节奏|博眼球|(?:制造|贩卖)焦虑|搞的鬼|扣(?:不到|在|给)|唬人|忽悠"
    r"|以偏概全|片面(?:解读|理解)|张冠李戴|一知半解|(?<!没)(?<!没有)(?:看|读|理解|弄|听|搞|想)(?:反|错|拧|岔|混|串|歪)|把[^,。]{1,12}(?:看|读|听|当|理解)成|裁(?:了|掉)|断章"
    r"|外行话|补补?语文|听风就是雨|张口就来|(?:别|不要|少|不用)(?:再)?(?:自己)?(?:吓|慌|被带)|吓自己|瞎操心|站不住脚|于法无据|别上当|想卖|卖课|催单"
    r"|不符合|相悖|不相?符|相反|相矛盾|有出入|想当然|歪曲|夸大|渲染|危言耸听|耸人听闻|没(?:这|那)(?:个|码|档子?|种)?事|哪有的事|没影的事|没谱|不靠谱"
    r"|瞎咧咧|扯犊子|鬼扯|扯(?:蛋|淡)|甭(?:信|理|听)|莫信|休信|(?:冇|莫得|木有|没得)(?:这|那)|骗流量|蹭热度|赚流量|起哄|自导自演|逗(?:你|我)玩"
    r"|(?:看清楚|去看看?|请看|看看|念一?遍|查一?下)[^,。]{0,6}(?:原文|全文|官网|条文|文件|公告)|只看标题|(?:有本事|麻烦|请)[^,。]{0,8}(?:拿出|贴出|找出|给出)"
    r"|(?:妈|爸|爷|奶|婶|姨|叔|伯|舅|邻居|同事|竟|居然|还|都|也|真有人)[^,。]{0,3}信(?:了|以为真|这)|信以为真|零分|(?:怎么|咋)没(?:听|见|收)(?:说|到)|我怎么不知道|从没听"
    r"|冒充|别(?:给|交|转账|付)(?=[,。!?]|$)|动动脑子|用脑子|用脚(?:趾头)?想|稍微想想|有点脑子|是[^,。!?]{0,10}(?:推销|揽活|拉客|营销|引流|炒作|套路|脑补)|纯属"
    r"|标题(?:党|吓人)|举报(?:了|谁|这)|编造者|行政拘留|流言|(?:哪个|什么)[^,。]{0,4}的?谣"
)
"""Holding the claim, or whoever spreads it, at arm's length."""

_AGAINST_THE_TEXT = re.compile(
    r"(?:原文|全文|文件|条文|办法|方案|规定|公告|细则|通知|规程|指引|指南|标准|条例|法律|法规|规则|章程|第[一二三四五六七八九十\d]+条|白纸黑字|价目表|通篇|从头[^,。]{0,3}尾|逐字|读完|看完|通读|翻遍)"
    r"[^。!?]{0,26}(?:一个[^,。]{1,3}字(?:都|也)?没|没有?(?:任何)?(?:一条|哪条|提|写|说|这|要求|出现)|找不[到着]|未(?:涉及|提|规定|调整)|不涉及|并?无[^,。]{0,6}(?:规定|要求|依据|条款)|只字未提"
    r"|(?:只|仅)(?:是|写|说|讲|规定|针对)|是自愿|写的?是|讲的是|说的是|写着|可以|免费|也没有?(?=[,。]|$)|压根|一个没有)"
)

_EXPERIENCE = re.compile(
    r"(?:我|俺|咱|自己|朋友|同事|对门|隔壁|旁边|评论区|昨[天晚早]|今[天早晚]|上(?:周|个?月|个?礼拜)|这个月|礼拜|刚)[^。!?]{0,22}?"
    r"(?:照样|照常|照旧|依旧|还是(?:老|原来|以前)|从[来没]没?[^,。]{1,4}过|没(?:掏|花)过?|没(?:有)?(?:一个)?人[^,。]{0,2}(?:考|问|查|管|找)|一分(?:钱)?(?:没|不)|一毛(?:钱)?没|一个子儿|到账|领了|秒过"
    r"|好好的|好着呢|没事|啥也没说|什么都没说|老价钱|通过了|受理通知|回执|(?:拿到|到手)[^,。]{0,3}证|推荐位|全(?:都)?开着|(?:扩|新开)了|看了看[^,。]{0,6}走了|发票|全是|就完了)"
    r"|(?<!那)[我俺咱](?:们|家|店|司|校|单位)?(?:今[天早晚]|昨[天晚]|前天|刚刚?|上周|上个?月|这个?月|礼拜.|周[一二三四五六日])[^,。!?]{0,4}(?:交|缴|办|领|续|卖|发|印|买|注|登记|申请)(?:了|的|过|完|到|成)"
)
"""What happened to the writer speaks against the claim."""

_ANSWERED = re.compile(
    r"(?:回应|表示|声明|答复|明确|当场|通报|客服|人家说|打了?电话|解释[了过])[^。!?]{0,24}?(?:不(?!得)|未|没有?|无|从未|自愿|照常|免费|可)|(?:我局|本局|我们?)[^,。]{0,6}(?:没说过|未曾|从未)"
    r"|经(?:查|核|调查|了解)[,:]?[^。]{0,30}(?:不|未|没|无|仅|片面)|(?:核实|求证|问|打听)过[^。]{0,24}(?:不|未|没|即可|免费|自愿)|说明如下"
)
"""An authority's answer against it."""

_CONTRAST = re.compile(
    r"没有?(?:半毛钱|一毛钱|什么|啥|任何)?关系|无关|两码事|两回事|八竿子|不等于|不叫|不设|前提是|(?:只有|仅限|仅针对|只针对|只是)[^。,]{0,6}(?:造假|骗|弄虚|虚假|冒用|违法|违规|盗版|恶意)"
    r"|(?:罚|查|取消|整顿|追|讲|指|管|变|调整)的是|就是换了|自愿|爱[^,。]{1,3}不|同样受|(?:不受|没有?|不)影响|照常|照样|没有(?:任何)?(?:变化|变动|调整)|没变|只(?:减|降)不[增升]|不收(?:取)?(?:任何)?(?:费|钱)|一分钱?不"
    r"|免费|好端端|还在|合规的|守法的?|正经|慌什么|该[^,。]{1,2}[^,。]{0,1}(?:卖|办|印|发)|高了|更多|反而|跟以前一[样模]|流程[^,。]{0,3}一样"
)

_HELD_UP = re.compile(r"所谓|传言|传闻|(?:个|种|的)说法|消息源|这(?:个|种)话|流言|传成")
"""Naming the claim as talk; by itself it leaves the matter open."""

_HEARD = re.compile(
    r"网传|流传|帖子|有人(?:说|讲|在传)|(?:老|总|还|居然还)有人|有网民|有群众|自媒体|营销号|公众号|(?:朋友圈|群里)[^,。]{0,2}(?:说|传)|语音|嘴里"
)

_PASSED_ON = re.compile(
    "听说|据说|听[^,。]{1,6}(?:说|讲)|告诉我|接到通知|收到通知|通知(?:说|了)|都在传|刚(?:看到|收到|接到|听)|消息|人家说|都说|说是|看了"
)
_TAKEN_FOR_GRANTED = re.compile(
    r"凭什么|离谱|离了?大?谱|荒唐|吃相|抢|割|黑|坑|韭菜|[生来]气|气[死炸人愤坏哭笑得]|怒|哭|完了|唉|崩|炸|惨|狠|绝了|这招|好家伙|难怪|怪不得|原来|果然|终于|趁早|赶紧|抓紧|赶快|快去|提醒|注意|相互转告|转告|转给|节哀|恭喜|谢谢|呵|打水漂"
    r"|内部|板上钉钉|中招|亲眼|真的来|来查|上门|受不了|吓得|愁|难过|一刀切|吃饱|活久见|心态|白瞎|算逑|不弄了|谁还|谁受得了|怎么(?:办|活|整)|以后(?!去)|往后|又要|也得|还得|只能|只好|干脆|不如|这叫|坐得住|快去"
)
"""What one says who believes it."""


_ACTS = (
    ("§granted", _TAKEN_FOR_GRANTED),
    ("§passed-on", _PASSED_ON),
    ("§outrage", cues.OUTRAGE),
    ("§rhetoric", cues.RHETORICAL),
    ("§denial", cues.DENIES),
    ("§far-off", _FAR_OFF),
    ("§text-against", _AGAINST_THE_TEXT),
    ("§experience", _EXPERIENCE),
    ("§contrast", _CONTRAST),
    ("§heard", _HEARD),
    ("§held-up", _HELD_UP),
)


@dataclass(frozen=True, slots=True)
class Signs:
    """How much speaks against a claim (2 = decides) and the wording that weighed most."""

    weight: int
    cue: str
    distance: str = ""
    """A wording that would decide by itself, whatever stands against it; empty for none."""


def signs_against(text: str, statement: Sequence[str], *, echoed: bool) -> Signs:
    """Weigh what is said around a claim; `text` holds it as `MARK`, `statement` pieces of the right one.

    1. Distance, the policy's own text, experience and an authority's answer weigh 2; contrast and the right
       statement 1. Beside any of these, hearsay and an echo that goes on otherwise (`echoed`) weigh 1 more.
    2. What takes the claim for granted takes 1 off for each wording, at most 2.
    """
    found: list[tuple[int, str]] = []
    for weight, pattern in (
        (2, _FAR_OFF),
        (2, _AGAINST_THE_TEXT),
        (2, _EXPERIENCE),
        (2, _ANSWERED),
        (1, _HELD_UP),
    ):
        match = pattern.search(text)
        if match:
            found.append((weight, match[0]))
    found += [(1, match) for match in dict.fromkeys(m[0] for m in _CONTRAST.finditer(text))]
    told = _told(statement, text)
    if len(told) > 1 or (told and not takes_for_granted(text)):
        found.append((1, told[0]))
    heard = _HEARD.search(text)
    if found and heard:
        found.append((1, heard[0]))
    if found and echoed:
        found.append((1, "?"))
    granted = len(
        {match[0] for found_in in (_TAKEN_FOR_GRANTED, cues.OUTRAGE) for match in found_in.finditer(text)}
    )
    weight = sum(one for one, _ in found) - min(granted, 2)
    cue = max(found, default=(0, ""), key=lambda one: one[0])[1].replace(MARK, "")
    distance = next((word for one, word in found if one > 1), "").replace(MARK, "")
    return Signs(weight, cue[:20], distance[:20])


def _told(statement: Sequence[str], text: str) -> list[str]:
    """Pieces of the right statement that the text holds; of those that overlap, the first."""
    told: list[str] = []
    for piece in statement:
        if piece in text and not (told and told[-1][-1] == piece[0]):
            told.append(piece)
    return told


def acts(text: str) -> frozenset[str]:
    """Names of what is done in a text that holds the claim as `MARK`: what the second reader reads."""
    leaning = tempered_total(text, load_lexicon())
    tone = "§blames" if leaning < -CUT else "§praises" if leaning > CUT else "§plain"
    said = cues.UNDENIED.sub("", text)
    return frozenset({tone, *(name for name, pattern in _ACTS if pattern.search(said))})


def takes_for_granted(text: str) -> bool:
    """True when somebody passes the claim in `text` on, draws consequences from it, or resents it."""
    return bool(
        _TAKEN_FOR_GRANTED.search(text)
        or _PASSED_ON.search(text)
        or cues.OUTRAGE.search(text)
        or cues.RHETORICAL.search(text)
        or tempered_total(text, load_lexicon()) < -CUT
    )


def telling_pieces(statement: str, known: Sequence[str]) -> tuple[str, ...]:
    """Pairs of characters of the right statement that neither claim, wordings nor policy hold."""
    others = "".join(known)
    pairs = (statement[at : at + 2] for at in range(len(statement) - 1))
    return tuple(
        dict.fromkeys(
            pair for pair in pairs if pair.isalpha() and pair not in others and not _PLAIN.search(pair)
        )
    )


_PLAIN = re.compile("[的了是在和与及或不也都可以个为有无其对受到]")
