import json

from omlib.report.markup import Markup, element, script_json, text


def test_text_is_escaped_and_neutral_wherever_it_stands() -> None:
    made = element("p", "<b>\x1b", element("i", "a&b"), title='"\u202e')
    assert made == '<p title="&quot;\\u202e">&lt;b&gt;\\x1b<i>a&amp;b</i></p>'


def test_markup_is_not_escaped_twice() -> None:
    assert text(Markup("<b>")) == "<b>"


def test_attributes_that_are_not_so_are_left_out() -> None:
    assert element("input", hidden=True, disabled=False, value=None, data_x=0) == (
        '<input hidden data-x="0">'
    )


def test_json_in_a_script_reads_back_and_holds_nothing_that_ends_it() -> None:
    told = script_json({"<!--": ["</script>", "&amp;", 1, None, True]})
    assert not set("<>&") & set(told)
    assert json.loads(told) == {"<!--": ["</script>", "&amp;", 1, None, True]}
