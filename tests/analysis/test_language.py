"""Golden sentences: phenomena of the language that the lexicon's judgement gets right, and those it misses."""

from __future__ import annotations

import pytest

from analysis.pipeline import Toolkit
from analysis.snow import SnowEngine
from minyi.models import Label, Policy, PolicyId

NEGATIVE, NEUTRAL, POSITIVE = Label


class HalfEngine(SnowEngine):
    """An engine without an opinion."""

    def __init__(self) -> None:
        """Needs no model."""

    def sentiments(self, text: str) -> float:
        """Undecided about everything."""
        del text
        return 0.5


TOOLS = Toolkit(HalfEngine(), [Policy(PolicyId("p"), "幸福街道便民服务优秀商标管理办法")])

GOLDEN = {
    "negation": [
        ("一点也不方便", NEGATIVE),
        ("谈不上满意", NEGATIVE),
        ("不能说好", NEGATIVE),
        ("不是我说，这服务真不行", NEGATIVE),
        ("没毛病，支持", POSITIVE),
        ("没让企业多跑一趟，感谢", POSITIVE),
        ("电子申请真方便，再也不用跑窗口了", POSITIVE),
        ("不再为年费发愁", POSITIVE),
    ],
    "double negation": [
        ("不能不说，这次改革很好", POSITIVE),
        ("没有人不满意", POSITIVE),
        ("没有不满意的地方", POSITIVE),
        ("不是不好", POSITIVE),
    ],
    "degree": [
        ("收费有点贵，太不合理", NEGATIVE),
        ("非常满意", POSITIVE),
        ("门槛太高，费用太贵", NEGATIVE),
        ("周期越来越长", NEGATIVE),
        ("效率确实高", POSITIVE),
    ],
    "a question that affirms": [
        ("这不是逼人吗", NEGATIVE),
        ("这不就是坑人吗！", NEGATIVE),
        ("免费办理，这不是挺好的吗", POSITIVE),
        ("难道不应该退钱吗", NEGATIVE),
        ("这叫便民？跑了五趟", NEGATIVE),
        ("凭什么每年都要交会费？", NEGATIVE),
        ("三百块的官费收三千，谁给的底气", NEGATIVE),
    ],
    "contrast": [
        ("政策是好政策，但是到下面就变了味，层层加码", NEGATIVE),
        ("虽然流程有点复杂，但是窗口态度很好，很满意", POSITIVE),
        ("想法很好，执行却很差", NEGATIVE),
        ("初衷是好的，可落到县里全成了摊派指标", NEGATIVE),
    ],
    "what once was sets off what is": [
        ("以前一问三不知，现在对答如流", POSITIVE),
        ("原以为很麻烦，没想到十分钟就办完了", POSITIVE),
        ("以前挺方便的，现在要跑三趟", NEGATIVE),
    ],
    "comparison": [
        ("比去年差多了", NEGATIVE),
        ("还不如以前呢", NEGATIVE),
        ("还不如不改", NEGATIVE),
        ("比以前快多了，省心", POSITIVE),
        ("比以前快，也比以前清楚", POSITIVE),
        ("没有比这更及时的政策了", POSITIVE),
        ("一年比一年规范", POSITIVE),
        ("越改越乱", NEGATIVE),
    ],
    "told without a word of praise or blame": [
        ("审了四年，还没有结果", NEGATIVE),
        ("为一个错别字补正三次", NEGATIVE),
        ("电话打都打不通", NEGATIVE),
        ("没有一个人能说清楚", NEGATIVE),
        ("这官司怎么打得起", NEGATIVE),
        ("上午举报，当天就处理了", POSITIVE),
        ("终于不用来回跑了", POSITIVE),
    ],
    "sarcasm that gives itself away": [
        ("呵呵，又来辟谣了", NEGATIVE),
        ("可真行，交了钱还要排队三个月", NEGATIVE),
        ("说好的免费呢？忽悠谁", NEGATIVE),
        ("又涨价了，还让不让人活", NEGATIVE),
        ("这个办法好就好在谁也看不懂", NEGATIVE),
        ("真有你的，驳回理由抄的别家", NEGATIVE),
        ("真是谢谢你们啊，让我白跑三趟", NEGATIVE),
        ("感谢新规，让我学会了怎么打官司", NEGATIVE),
        ("恭喜各位，补贴又少了一项", NEGATIVE),
        ("建议改名叫收费局", NEGATIVE),
        ("保护了个寂寞", NEGATIVE),
        ("服务真好[微笑]", NEGATIVE),
        ("企业负担又“减轻”了，呵呵", NEGATIVE),
        ("又双叒叕升级系统", NEGATIVE),
        ("好一个便民，七十岁老人也得扫脸", NEGATIVE),
        ("谁说这政策好的，站出来走两步", NEGATIVE),
        ("好一个知识产权强国，我为你骄傲", POSITIVE),
        ("好一个贴心的窗口，给服务点赞", POSITIVE),
    ],
    "measures against offences are good news or none": [
        ("严厉打击专利侵权假冒行为专项行动启动", NEUTRAL),
        ("警方抓获诈骗团伙12人", NEUTRAL),
        ("市监局查处假冒、盗版、虚假宣传案件百余起", NEUTRAL),
        ("对恶意抢注行为将依法严惩", NEUTRAL),
        ("全市整治形式主义，减轻基层负担", NEUTRAL),
        ("取缔非法代理机构23家", NEUTRAL),
        ("严禁乱收费", NEUTRAL),
        ("某机构因提供虚假材料被停止受理业务", NEUTRAL),
        ("为打击假冒侵权点赞", POSITIVE),
    ],
    "measures not taken are complaints": [
        ("骗子满天飞，没人查处", NEGATIVE),
        ("整治不力，乱象依旧", NEGATIVE),
        ("打击力度太差，假货泛滥", NEGATIVE),
        ("反对乱收费", NEGATIVE),
    ],
    "official prose": [
        ("国家知识产权局召开打击非正常专利申请工作会", NEUTRAL),
        ("公布2025年商标侵权典型案例", NEUTRAL),
        ("专利权质押融资登记办法修订发布", NEUTRAL),
        ("防止不正当竞争，维护公平秩序", NEUTRAL),
        ("国家反诈中心提醒：谨防诈骗", NEUTRAL),
        ("审查周期压减至15个月", NEUTRAL),
        ("法院一审判令停止侵害、赔偿损失三十万元", NEUTRAL),
        ("会议强调，要健全侵权惩罚性赔偿制度", NEUTRAL),
    ],
    "names of offices and policies": [
        ("幸福街道便民服务优秀商标管理办法今日施行", NEUTRAL),
        ("《优秀品牌奖励办法》公开征求意见", NEUTRAL),
        ("幸福路派出所民警开展安全检查", NEUTRAL),
    ],
    "names of people and things that hold a hard word": [
        ("他妈妈是专利代理师", NEUTRAL),
        ("老爷子今年八十，来办商标变更", NEUTRAL),
        ("本月起缴费支持数字人民币", NEUTRAL),
    ],
    "jargon of intellectual property": [
        ("判决驳回原告全部诉讼请求", NEUTRAL),
        ("无效宣告请求审查决定公布", NEUTRAL),
        ("驳回复审", NEUTRAL),
        ("非正常专利申请将被驳回", NEUTRAL),
        ("法院认定不侵权", NEUTRAL),
        ("当事人不服决定的，可以申请复审", NEUTRAL),
        ("审查周期太长，等了三年还没授权", NEGATIVE),
        ("代理机构忽悠人，交了钱不办事", NEGATIVE),
        ("商标被恶意抢注，维权无门", NEGATIVE),
        ("遇上商标流氓，批量维权", NEGATIVE),
        ("侵权成本太低，维权太难", NEGATIVE),
        ("终于拿到专利证书了，太开心了", POSITIVE),
        ("三个月就下证了", POSITIVE),
    ],
    "rumours and rebuttals": [
        ("谣言！专利年费没有涨价", NEUTRAL),
        ("专利年费没有涨价，请不信谣不传谣", NEUTRAL),
        ("听说注册商标每年都要交会费", NEUTRAL),
        ("听说注册商标每年都要交会费，坑人", NEGATIVE),
    ],
    "questions": [
        ("请问专利年费什么时候缴纳", NEUTRAL),
        ("申请商标需要什么材料？", NEUTRAL),
        ("系统能否支持批量下载？", NEUTRAL),
    ],
    "suggestions and polite complaints": [
        ("建议增加国际分类号的检索入口", NEUTRAL),
        ("希望能公布各地中心的联系电话", NEUTRAL),
        ("条款表述含糊，企业无所适从，建议尽快明确", NEGATIVE),
        ("这次调整对我们不太友好，希望再考虑考虑", NEGATIVE),
    ],
    "traditional script": [
        ("這個辦法太離譜了，亂收費", NEGATIVE),
        ("辦事方便多了，感謝窗口人員", POSITIVE),
    ],
    "pinyin in the text": [
        ("这个政(zhèng)策(cè)太差(chà)了", NEGATIVE),
        ("办(bàn)事(shì)很方(fāng)便(biàn)，点(diǎn)赞(zàn)", POSITIVE),
        ("zhuan利年费太贵，交不起", NEGATIVE),
    ],
    "quoted parts": [
        ("支持！//@某人:这个规定太坑人了", POSITIVE),
        ("太坑人了//@某人:新规利民，点赞", NEGATIVE),
        ("转发微博//@某人:太坑人了", NEGATIVE),
    ],
    "names of users carry no opinion": [
        ("@垃圾分类小能手 请问怎么续展", NEUTRAL),
        ("回复@开心果:三楼办理", NEUTRAL),
    ],
    "emoji and emoticons": [
        ("拿到证了🎉🎉", POSITIVE),
        ("又被驳回😡", NEGATIVE),
        ("收到通知书[怒]", NEGATIVE),
        ("收到证书[鼓掌]", POSITIVE),
        ("老前辈走完了一生，向您致敬[蜡烛]", POSITIVE),
        ("维权律师分文不取，太感动了[泪]", POSITIVE),
        ("又补正，这个月第三回了[泪]", NEGATIVE),
    ],
    "satisfaction without a word of praise": [
        ("抢注的那家被撤了，这口气出了", POSITIVE),
        ("等了两年拿到判决，等得值", POSITIVE),
        ("咱村的茶叶真能卖上价了", POSITIVE),
    ],
}

MISSED = [
    ("恭喜专利局又创新高，我等了四年才有人看", POSITIVE),
    ("窗口五点下班四点半停号，效率真高", POSITIVE),
    ("每年一到宣传周就想起我们来了", POSITIVE),
    ("专利局门口的石狮子比我先拿到证", NEUTRAL),
]
"""Complaints with nothing in their words that says so, and how they are read; corrections teach them."""


@pytest.mark.parametrize(
    ("phenomenon", "text", "label"),
    [(phenomenon, text, label) for phenomenon, rows in GOLDEN.items() for text, label in rows],
)
def test_phenomenon_is_judged_right(phenomenon: str, text: str, label: Label) -> None:
    """The label a reader would give."""
    found = TOOLS.judge(text)
    assert found.label is label, (phenomenon, found)


@pytest.mark.parametrize(("text", "read"), MISSED)
def test_hidden_sarcasm_is_known_to_be_missed(text: str, read: Label) -> None:
    """Whoever mends one of these moves it to the others."""
    assert TOOLS.judge(text).label is read
