"""Which meeting it was, who was there, and what it studied, heard and reviewed."""

import pytest

from xuezheng.kernel.refusal import NotFound, TooLarge
from xuezheng.meetings.bulletins import read_bulletin

ASKED = "会议要求，各学校要抓好隐患排查。"


def names(people):
    return [person.name for person in people]


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2024年5月6日，云溪县召开教育工作会议。", "2024-05-06"),
        ("5月6日，云溪县召开教育工作会议。", "05-06"),
        ("5月6日，云溪县召开2024年教育工作会议。", "2024-05-06"),
        ("发布时间：2024-05-07\n5月6日，云溪县召开教育工作会议。", "2024-05-06"),
        ("发布时间：2024-01-02\n12月31日，云溪县召开教育工作会议。", "2023-12-31"),
        ("二〇二四年五月六日，云溪县召开教育工作会议。", "2024-05-06"),
        ("云溪网5月7日讯（记者 林一）5月6日，云溪县召开教育工作会议。", "05-06"),
        ("5月6日至7日，云溪县召开教育工作会议。", "05-06"),
        ("2024.5.6，云溪县召开教育工作会议。", "2024-05-06"),
        ("２０２４年５月６日，云溪县召开教育工作会议。", "2024-05-06"),
        ("教育工作会议召开\n07.05.2024 10:43 来源：云溪日报\n5月6日，云溪县召开教育工作会议。", "2024-05-06"),
        ("发布时间：2024-03-01\n昨日上午，云溪县召开教育工作会议。", "2024-02-29"),
        ("发布时间：2024-02-31\n昨日上午，云溪县召开教育工作会议。", None),
        ("发布时间：2024-05-07\n近日，云溪县召开教育工作会议。", None),
    ],
)
def test_the_day_is_that_of_the_meeting(text, date):
    assert read_bulletin(f"{text}\n{ASKED}").date == date


@pytest.mark.parametrize(
    ("meeting", "year", "n"),
    [
        ("县委教育工作领导小组2024年第二次会议", 2024, 2),
        ("2024年云溪县委教育工作领导小组第十一次全体会议", 2024, 11),
        ("县政府第93次常务会议", None, 93),
        ("县十八届42次县政府常务会议", None, 42),
        ("县委教育工作领导小组二〇二四年第3次会议", 2024, 3),
    ],
)
def test_the_ordinal_is_read(meeting, year, n):
    ordinal = read_bulletin(f"5月6日，{meeting}召开。\n{ASKED}").ordinal
    assert (ordinal.year, ordinal.n) == (year, n)


def test_the_ordinal_of_a_meeting_whose_spirit_is_conveyed_is_not_this_ones():
    text = "5月6日，云溪县召开教育工作会议，传达省委教育工作领导小组2024年第二次会议精神。会议要求，各学校要抓好落实。"
    assert read_bulletin(text).ordinal is None


@pytest.mark.parametrize(
    ("sentence", "chair", "attendees"),
    [
        ("县委书记林一舟主持会议并讲话，县长欧阳若水出席会议。", "林一舟", ["欧阳若水"]),
        ("会议由副县长林一舟主持，县领导王禾、张雨、李三石参加。", "林一舟", ["王禾", "张雨", "李三石"]),
        ("王禾、张雨、李三石等区领导参加会议。", None, ["王禾", "张雨", "李三石"]),
        ("副旗长乌兰其其格主持会议，旗委书记阿古拉·巴特尔出席并讲话。", "乌兰其其格", ["阿古拉·巴特尔"]),
        ("林一舟副县长出席会议，王禾副秘书长主持会议。", "王禾", ["林一舟"]),
        ("副县长林晟就做好安全工作讲了意见。", None, ["林晟"]),
        ("旗委书记布和出席会议并讲话，旗长孟和主持会议。", "孟和", ["布和"]),
        ("县教育局局长李振国全面总结了去年工作。", None, ["李振国"]),
        ("副县长李四清应邀参加会议。", None, ["李四清"]),
        ("会议学习了省委书记楼阳生在郑州大学调研时的讲话精神。", None, []),
        ("县领导李建宏,、曾江,、刘喜英参加会议。", None, ["李建宏", "曾江", "刘喜英"]),
        ("副县长林一舟传达县委书记王禾批示精神，并主持会议。", "林一舟", []),
    ],
)
def test_chair_and_attendees_are_told_apart(sentence, chair, attendees):
    bulletin = read_bulletin(f"5月6日，云溪县召开教育工作会议。{sentence}{ASKED}")
    assert (bulletin.chair.name if bulletin.chair else None) == chair
    assert names(bulletin.attendees) == attendees


def test_posts_stand_beside_names():
    text = f"5月6日，云溪县召开教育工作会议，县委常委、宣传部部长林一舟主持会议。{ASKED}"
    assert read_bulletin(text).chair.post == "县委常委、宣传部部长"


def test_the_roll_of_minutes_is_read():
    text = f"会议纪要\n时间：2024年5月6日\n主持人：林一舟\n出席：王禾（县教育局局长） 张雨（县财政局副局长）\n会议听取了工作情况汇报。{ASKED}"
    bulletin = read_bulletin(text)
    assert bulletin.chair.name == "林一舟"
    assert [(person.name, person.post) for person in bulletin.attendees] == [
        ("王禾", "县教育局局长"),
        ("张雨", "县财政局副局长"),
    ]
    assert bulletin.date == "2024-05-06"


@pytest.mark.parametrize(
    ("sentence", "studied", "heard", "reviewed"),
    [
        (
            "会议传达学习了全市教育大会精神，听取了春季招生情况汇报，审议通过了《招生办法》。",
            ["全市教育大会精神"],
            ["春季招生情况汇报"],
            ["《招生办法》"],
        ),
        (
            "会议审议了《甲方案》《乙办法（试行）》和《丙要点》。",
            [],
            [],
            ["《甲方案》", "《乙办法（试行）》", "《丙要点》"],
        ),
        (
            "会议听取了校园安全工作情况、教师招聘工作情况的汇报。",
            [],
            ["校园安全工作情况", "教师招聘工作情况的汇报"],
            [],
        ),
        ("县教育局通报了上半年督导问题整改情况。", [], ["上半年督导问题整改情况"], []),
        ("会议对《甲方案》进行了审议。", [], [], ["《甲方案》"]),
        ("会议还研究了其他事项。", [], [], []),
        ("会议传达学习了国务院办公厅印发的《若干意见》。", ["《若干意见》"], [], []),
        ("会议深入学习贯彻全国教育大会精神，全面落实省委部署。", [], [], []),
        ("会议传达学习了总书记重要讲话和重要指示批示精神。", ["总书记重要讲话和重要指示批示精神"], [], []),
        ("县教育局作全县教育工作报告，三所学校作交流发言。", [], ["全县教育工作报告"], []),
        ("县教育局通报创建工作进展情况及存在的问题。", [], ["创建工作进展情况及存在的问题"], []),
        ("会议广泛听取社会各界的意见建议。", [], [], []),
        ("会议原则通过《校车管理办法》。", [], [], ["《校车管理办法》"]),
    ],
)
def test_what_was_studied_heard_and_reviewed(sentence, studied, heard, reviewed):
    bulletin = read_bulletin(f"5月6日，云溪县召开教育工作会议。{sentence}{ASKED}")
    assert list(bulletin.studied) == studied
    assert list(bulletin.heard) == heard
    assert list(bulletin.reviewed) == reviewed


def test_what_a_directive_asks_to_study_was_not_studied():
    text = "5月6日，云溪县召开教育工作会议。会议要求，各学校要认真学习《中小学生守则》，及时通报学习情况。"
    assert read_bulletin(text).studied == ()


@pytest.mark.parametrize(
    "text", ["", "   ", "今天天气很好。", "要" * 5000, "会议强调：" * 2000, "县长要求，各单位要抓紧。", "\x00\x01\x02"]
)
def test_a_page_with_no_meeting_is_refused(text):
    with pytest.raises(NotFound, match="meeting_not_found"):
        read_bulletin(text)


def test_what_is_far_too_long_for_a_bulletin_is_refused():
    text = "".join(f"会议强调，第{number}所学校要抓好安全管理。\n" for number in range(8000))
    with pytest.raises(TooLarge, match="bulletin_too_long"):
        read_bulletin(text)


def test_a_name_that_is_another_word_stands_on_a_list_of_names():
    text = "5月6日，云溪县召开教育工作会议，县领导路遥、田间、闻一帆出席。"
    assert names(read_bulletin(f"{text}\n{ASKED}").attendees) == ["路遥", "田间", "闻一帆"]


def test_one_report_on_two_matters_is_one_topic():
    text = "5月6日，云溪县召开教育工作会议。会议听取了去年工作情况和今年工作思路的汇报。"
    assert read_bulletin(f"{text}\n{ASKED}").heard == ("去年工作情况和今年工作思路的汇报",)


def test_what_is_said_after_a_report_is_no_topic():
    text = "5月6日，云溪县召开教育工作会议，县长王禾主持会议。王禾在听取汇报后强调，要抓安全。"
    assert read_bulletin(text).heard == ()
