"""Where directives begin and end, who said them, and what they bind themselves to."""

import pytest

from xuezheng.meetings.bulletins import read_bulletin


def directives(text):
    return read_bulletin(
        "5月6日，云溪县召开教育工作会议，县委书记林一舟主持会议，县长王禾出席会议。\n" + text
    ).directives


def texts(text):
    return [directive.text for directive in directives(text)]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("会议强调，要抓安全；要抓质量提升。", ["要抓安全", "要抓质量提升"]),
        ("会议强调，要提高认识，要压实责任，切实抓好落实。", ["要提高认识", "要压实责任，切实抓好落实"]),
        ("会议强调，县教育局要牵头负责，县财政局要保障到位。", ["县教育局要牵头负责", "县财政局要保障到位"]),
        ("会议强调，既要抓进度，又要抓质量，不仅要建好，还要管好。", ["既要抓进度，又要抓质量，不仅要建好，还要管好"]),
        ("会议强调，校园安全事关万家，要守牢底线。", ["要守牢底线"]),
        ("会议要求，对未整改到位的，一律不予验收。", ["对未整改到位的，一律不予验收"]),
        ("会议要求，一要摸清底数；二要建立台账。", ["要摸清底数", "要建立台账"]),
        ("会议要求，一是要求各学校自查自纠，建立台账。", ["各学校自查自纠，建立台账"]),
        ("会议决定，成立工作专班，由县教育局牵头。", ["成立工作专班，由县教育局牵头"]),
        ("会议强调，办学重要，主要看队伍，需要大家努力。", []),
        ("会议强调，校园安全容不得半点闪失。", []),
        ("会议强调，创建工作是每个乡镇必须答好的考卷。", []),
        ("会议强调，“双减”实施以来，培训机构压减了九成。", []),
        (
            "会议要求，已通过验收的要巩固提升，未通过验收的要对标整改。",
            ["已通过验收的要巩固提升", "未通过验收的要对标整改"],
        ),
        ("会议要求，要加强督查，对于发现的漏洞要及时堵上。", ["要加强督查", "对于发现的漏洞要及时堵上"]),
        ("林一舟强调了三个方面。一是管好食堂；二是管好校车。", ["管好食堂", "管好校车"]),
        ("林一舟充分肯定了成绩，并提出两点要求：要管好食堂。要管好校车。", ["要管好食堂", "要管好校车"]),
        ("王禾就寒假工作进行部署，各学校要做好安全教育。", ["各学校要做好安全教育"]),
        ("林一舟参加会议并作要求，县教育局通报了检查情况。", []),
        ("林一舟表示，将全力抓好贯彻落实。", []),
        ("林一舟作讲话，要求全县上下：一要提高站位；二要真抓实干。", ["要提高站位", "要真抓实干"]),
        ("会议听取了维修情况汇报，同意按程序实施，由县教育局负责。", ["同意按程序实施，由县教育局负责"]),
        (
            "会议要求：\n（二）突出重点\n1.抓好安全。要开展拉网式排查。\n2.抓好招生工作，严禁掐尖。",
            ["要开展拉网式排查", "抓好招生工作，严禁掐尖"],
        ),
        ("会议要求，6月1日起每天报告；督学责任区每半月抽查一次。", ["6月1日起每天报告", "督学责任区每半月抽查一次"]),
        ("会议强调，要因地制宜推进布局，要务实求真。", ["要因地制宜推进布局", "要务实求真"]),
        ("会议强调，说“不要”容易，要会说“怎么办”。", ["要会说“怎么办”"]),
        (
            "会议强调，严格落实划片，分班由家长监督，任何单位不得递条子。",
            ["严格落实划片，分班由家长监督，任何单位不得递条子"],
        ),
        ("林一舟表示，县教育局将从严抓好整改，绝不护短。", []),
        ("会议强调，要抓实排查；校园安全事关大局稳定。", ["要抓实排查"]),
        ("会议传达了市委书记谭正关于开学工作的批示要求，审议了《工作方案》。会议强调，要抓安全。", ["要抓安全"]),
    ],
)
def test_spans_begin_and_end_where_the_conventions_say(said, expected):
    assert texts(said) == expected


@pytest.mark.parametrize(
    "said",
    [
        "会议认为，去年成绩来之不易，要倍加珍惜。",
        "县教育局表示，将认真落实，要把每件事办好。",
        "会议传达了省委书记批示：“各地要举一反三，要守住底线。”",
        "县第一中学作了表态发言，表示要大干一百天。",
        "会议听取了各校要点汇报。",
    ],
)
def test_reports_pledges_and_conveyed_words_ask_for_nothing(said):
    assert texts(f"会议审议了《方案》。{said}") == []


@pytest.mark.parametrize(
    ("said", "speaker", "verb"),
    [
        ("会议强调，要抓好落实。", "会议", "强调"),
        ("林一舟指出，成绩明显。他要求，要抓好落实。", "林一舟", "要求"),
        ("林一舟强调指出，要抓好落实。", "林一舟", "强调"),
        ("县长王禾在主持会议时要求，要抓好落实。", "王禾", "要求"),
        ("王禾部署了下步任务：一是摸清底数；二是建立台账。", "王禾", "部署"),
        ("就做好招生工作，王禾强调，要抓好落实。", "王禾", "强调"),
        ("王县长强调，要抓好落实。", "王禾", "强调"),
        ("“学校要把门守好，家长要把孩子接好，谁也不能松劲。”林一舟强调。", "林一舟", "强调"),
    ],
)
def test_the_speaker_is_found(said, speaker, verb):
    assert {(directive.speaker, directive.verb) for directive in directives(said)} == {(speaker, verb)}


def test_two_speakers_in_one_sentence_keep_their_own_words():
    said = directives("林一舟强调，要抓好安全工作，王禾要求，要抓好招生工作。")
    assert [(directive.speaker, directive.text) for directive in said] == [
        ("林一舟", "要抓好安全工作"),
        ("王禾", "要抓好招生工作"),
    ]


def test_a_label_without_a_mark_is_no_directive_and_one_with_a_mark_is_a_heading():
    said = directives("会议要求：\n一、提高站位。要把责任扛起来，抓好落实。\n二、责任要落细。要倒排工期，挂图作战。")
    assert [(directive.text, directive.heading) for directive in said] == [
        ("要把责任扛起来，抓好落实", False),
        ("责任要落细", True),
        ("要倒排工期，挂图作战", False),
    ]


def test_a_directive_without_a_mark_is_implicit():
    said = directives("会议强调，要守牢底线。持续开展隐患排查，建立整改台账。")
    assert [directive.implicit for directive in said] == [False, True]


def test_a_page_that_ends_in_mid_sentence_leaves_a_truncated_directive():
    assert [directive.truncated for directive in directives("会议强调，要抓好落实。要把安全工作放在")] == [False, True]


@pytest.mark.parametrize(
    ("said", "measurable"),
    [
        ("要在9月底前完成整改", True),
        ("要确保入学率保持在97%以上", True),
        ("要做到每学期演练一次", True),
        ("要在两周内报送方案", True),
        ("要建立健全长效机制", False),
        ("要用好“三个课堂”，办好一所所学校", False),
        ("要落实《2024年工作要点》", False),
    ],
)
def test_numbers_deadlines_periods_and_shares_are_measurable(said, measurable):
    assert [directive.measurable for directive in directives(f"会议强调，{said}。")] == [measurable]


def test_units_are_named_as_written():
    (one,) = directives("会议强调，县财政局要会同县教育局研究资金渠道，6月底前提出意见。")
    assert one.units == ("县财政局、县教育局",)
    (two,) = directives("会议强调，各县（市、区）要建立台账。")
    assert two.units == ("各县（市、区）",)
    (three,) = directives("会议强调，要建好资源教室，由县特殊教育指导中心派出教师。")
    assert three.units == ("县特殊教育指导中心",)


@pytest.mark.parametrize("unit", ["县教育委员会", "县人民政府办公室", "县公安局", "县退役军人事务局、县卫生健康委员会"])
def test_a_unit_that_is_charged_is_named_whole(unit):
    assert directives(f"会议议定，校车专线由{unit}牵头办理。")[0].units == (unit,)


def test_he_is_who_was_named_before_in_the_sentence():
    text = "王禾主持会议。会上，林一舟作了讲话，就下一步工作，他强调，要管好食堂。"
    assert [directive.speaker for directive in directives(text)] == ["林一舟"]


def test_what_a_leader_said_elsewhere_ends_nobody_s_run():
    text = "会议指出，省委书记王宁在全省教育大会上的讲话，明确了目标路径。各学校要深入学习领会。"
    assert [(directive.speaker, directive.text) for directive in directives(text)] == [("会议", "各学校要深入学习领会")]


@pytest.mark.parametrize(
    ("said", "areas"),
    [
        ("要抓好防溺水工作", {"safety-drowning"}),
        ("要推进城乡教师交流轮岗", {"teachers", "compulsory-balance"}),
        ("要严查消防通道，抓实食堂管理", {"safety-fire", "safety-food"}),
        ("要修好村里的水渠", {"other"}),
        ("要深入学习贯彻全国教育大会精神", {"leadership"}),
        ("公安、消防、交通运输部门要加强校园周边巡查", {"safety-general"}),
        ("县消防救援大队要指导学校把好食材采购关", {"safety-food"}),
        ("要确保教育支出只增不减", {"funding"}),
    ],
)
def test_areas_are_those_that_are_named(said, areas):
    assert set(directives(f"会议强调，{said}。")[0].areas) == areas


def test_a_meeting_about_two_matters_lends_neither_to_each_directive():
    text = "5月6日，云溪县召开中考组织暨校园消防安全工作会议。会议强调，要管好试卷。"
    assert read_bulletin(text).directives[0].areas == ("admissions",)


def test_words_of_cooperation_count_where_no_other_area_is_named():
    assert directives("会议强调，县教育局要牵头办好特殊教育。")[0].areas == ("special-education",)
    assert directives("会议强调，县教育局要牵头办理。")[0].areas == ("coordination-and-supervision",)


def test_a_meeting_about_one_danger_asks_for_no_safety_as_a_whole():
    text = "5月6日，云溪县召开防溺水工作会议。会议强调，要绷紧校园安全这根弦，守住学生不溺水的底线。要统筹抓好交通安全教育和校园安全工作。"
    one, other = read_bulletin(text).directives
    assert one.areas == ("safety-drowning",)
    assert other.areas == ("safety-drowning", "safety-general", "safety-traffic")


def test_what_only_leads_belongs_to_the_meeting_s_one_topic_too():
    text = "5月6日，云溪县召开义务教育优质均衡创建推进会。会议强调，要提高政治站位。"
    assert read_bulletin(text).directives[0].areas == ("compulsory-balance", "leadership")


def test_a_directive_that_names_nothing_is_about_what_its_paragraph_spoke_of():
    text = "会议听取了学前教育工作情况汇报。会议强调，要稳步向前。\n会议强调，要稳步向前。"
    one, other = directives(text)
    assert (one.areas, other.areas) == (("preschool",), ("other",))


def test_the_longest_hint_names_the_area():
    assert directives("会议强调，要以更大力度推动教育强区工程见效。")[0].areas == ("leadership",)


def test_a_meeting_about_one_area_lends_it_to_each_directive():
    text = "5月6日，云溪县召开防溺水工作会议。会议强调，各村要落实网格巡查。"
    assert read_bulletin(text).directives[0].areas == ("safety-drowning",)
