"""Custom close fields bind an import as they bind everyone."""

import pytest

from opportunities.close_fields.kinds import FieldType
from opportunities.models import Opportunity, OpportunityClose, ShownOn
from tests.commands.importing import LOST, OPEN, WON, run_import, write_folder
from tests.factories import make_close_field

pytestmark = pytest.mark.django_db


def test_columns_named_after_them_fill_them(tmp_path):
    make_close_field("why", FieldType.CHOICE, options=("price",))
    make_close_field("visits", FieldType.WHOLE_NUMBER)
    make_close_field("reference", FieldType.YES_NO)
    row = WON | {"custom.why": "price", "custom.visits": "12", "custom.reference": "false"}
    told = run_import(write_folder(tmp_path, row, OPEN))
    assert (told.bad, told.error) == ([], "")
    assert not any("not imported" in line for line in told.lines)
    assert OpportunityClose.objects.get().custom_values() == {"why": "price", "visits": 12, "reference": False}


def test_a_deal_without_a_required_one_is_refused_by_its_line(tmp_path):
    make_close_field("why", required=True, shown_on=ShownOn.LOST)
    make_close_field("visits", FieldType.WHOLE_NUMBER)
    told = run_import(write_folder(tmp_path, WON, LOST, LOST | {"opportunity_id": "X", "custom.visits": "many"}))
    assert len(told.bad) == 2
    assert told.bad[0].endswith("sales_pipeline.csv, line 3: custom.why: This field is required.")
    assert "custom.visits “many”: Enter a whole number. custom.why: This field is required." in told.bad[1]
    assert Opportunity.objects.count() == 1


def test_one_for_an_open_deal_or_of_no_such_field_is_told(tmp_path):
    make_close_field("why")
    told = run_import(write_folder(tmp_path, OPEN | {"custom.why": "x"}, WON | {"custom.other": "y"}))
    assert "custom.why “x”: The deal is open." in told.bad[0]
    assert "custom.other “y”: There is no such field." in told.bad[1]


def test_a_second_run_tells_where_they_differ(tmp_path):
    make_close_field("share", FieldType.DECIMAL)
    folder = write_folder(tmp_path, WON | {"custom.share": "0.50"})
    run_import(folder)
    assert run_import(folder).bad == []
    assert run_import(write_folder(tmp_path, WON | {"custom.share": ".5".zfill(3)})).bad == []
    write_folder(tmp_path, WON | {"custom.share": "0.75"})
    assert "custom.share is “0.5” here and “0.75” in the file" in run_import(folder).bad[0]
