"""The benchmark itself: what it compares is equal, its figures are what they say, and it names what it leaves out."""

import json

import pytest

from app.keys.signer import Algorithm
from bench import report
from bench.contenders import EDDSA, Ours, PyldOnly
from bench.datasets import EVERYTHING, FULL, MINIMAL, REQUIRED, dataset, datasets
from bench.figures import quantile, ratio, summarise
from bench.library import BARE, ISSUE, VERIFY, NotVerified, introduce, measure, sign_and_cross_verify
from bench.moulds import OursMould

DATASETS = [dataset(MINIMAL), dataset(REQUIRED)]


@pytest.fixture
def contenders():
    everybody = [OursMould(checked=False), OursMould(checked=True), Ours(Algorithm.ED25519), PyldOnly()]
    introduce(everybody)
    return everybody


def readers(contenders):
    names = [contender.name for contender in contenders if contender.verifies]
    return {contender.name: names for contender in contenders}


# --- what is compared


def test_every_output_is_verified_by_every_reader_before_anything_is_timed(contenders):
    signed = sign_and_cross_verify(DATASETS, contenders, readers(contenders))

    moulds = [contender.name for contender in contenders if not contender.verifies]
    assert {name for dataset_name, name in signed if dataset_name == REQUIRED} == {each.name for each in contenders}
    assert not {(MINIMAL, name) for name in moulds} & signed.keys()  # a mould is of a micro-credential


def test_a_contender_that_signs_something_else_ends_the_benchmark(contenders):
    class Careless(Ours):
        def issue(self, text, seconds, least=3):
            timed = super().issue(text, seconds, least)
            return type(timed)(timed.nanoseconds, timed.output.replace(b"VerifiableCredential", b"Verifiable", 1))

    careless = Careless(Algorithm.ED25519)
    introduce([*contenders, careless])
    with pytest.raises(NotVerified, match="does not verify"):
        sign_and_cross_verify(DATASETS, [careless, contenders[3]], {careless.name: [contenders[3].name]})


def test_mould_and_walker_sign_the_same_credential(contenders):
    mould, checked, walker, _ = contenders
    held = []
    for contender in (mould, checked, walker):
        output = contender.issue(contender.input(DATASETS[1]), 0, 1).output.replace(contender.did.encode(), b"DID")
        # Status list entries are named after their credential.
        document = json.loads(output.replace(json.loads(output)["id"].encode(), b"ID"))
        for name in ("issued", "validFrom", "validUntil", "proof"):
            document.pop(name, None)
        held.append(document)
    assert held[0] == held[1] == held[2]


def test_another_issuer_stands_at_every_place_of_the_first():
    for each in (*DATASETS, dataset(FULL), dataset(EVERYTHING)):
        text = each.issued_by("did:web:another.example")
        assert each.issuer.encode() not in text
        assert text.count(b'"did:web:another.example"') == each.text.count(json.dumps(each.issuer).encode()) > 0


@pytest.mark.reference
def test_the_sample_of_the_commission_is_adapted_so_that_all_can_sign_it(reference_dir, monkeypatch, contenders):
    monkeypatch.setenv("REFERENCE_DIR", str(reference_dir))
    found, left_out = datasets()
    sample = found[-1]
    assert (sample.name, left_out) == ("commission", [])
    assert len(sample.text) > 100_000
    assert sign_and_cross_verify([sample], contenders, readers(contenders))


def test_a_sample_that_is_not_there_is_left_out_by_name(tmp_path, monkeypatch):
    monkeypatch.setenv("REFERENCE_DIR", str(tmp_path))
    _, left_out = datasets()
    assert len(left_out) == 1
    assert "REFERENCE_DIR" in left_out[0]


# --- figures


def test_quantiles_lie_between_values_by_proportion():
    assert [quantile([4, 1, 3, 2], share) for share in (0, 0.25, 0.5, 1)] == [1, 1.75, 2.5, 4]


def test_a_summary_is_in_microseconds_over_all_rounds():
    summary = summarise([[1000, 2000], [3000]])
    assert (summary.median, summary.count) == (2.0, 3)


def test_a_ratio_is_of_each_rounds_medians_and_counts_by_its_lower_quartile():
    # A round in which they were slow for reasons of their own does not count for us.
    compared = ratio([[10], [10], [10], [10], [10]], [[20], [30], [40], [50], [9000]])
    assert (compared.lower, compared.median) == (3.0, 4.0)


def test_a_measurement_has_every_round_of_every_row(contenders):
    signed = sign_and_cross_verify(DATASETS, contenders, readers(contenders))
    measured = measure(
        DATASETS, contenders, signed, rounds=2, seconds=0, yardstick=lambda _: contenders[0].bare_signature(0)
    )
    assert {len(rounds) for rounds in measured.rounds.values()} == {2}
    assert measured.sizes[MINIMAL] == (len(DATASETS[0].text), 4)
    assert {row for row in measured.rounds if row[2] == PyldOnly.name} == {
        (each.name, operation, PyldOnly.name) for each in DATASETS for operation in (ISSUE, VERIFY)
    }
    assert BARE in measured.rounds
    content = report.page(measured, None, {"issue_walker_vs_pyld": 3.0}, ["a peer: why"], {"a": "b"}, "How.")
    assert "| `issue_walker_vs_pyld` | 3.0 | 12 | **no** |" in content
    assert "| `http_issue_vs_naive` | not measured | 10 |  |" in content
    assert "Left out: a peer: why." in content
    assert f"PyLD and cryptography, {EDDSA}" in content


def test_a_ratio_that_fell_by_a_third_or_is_gone_is_named():
    usual = {"a": 9.0, "b": 9.0, "c": 9.0}
    assert [line.partition(":")[0] for line in report.regressions({"a": 6.1, "b": 5.9}, usual)] == ["b", "c"]


def test_the_figures_replace_what_stands_between_the_marks(tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"before\n{report.BEGIN}\nold\n{report.END}\nafter\n")
    report.write_into(page, "new")
    assert page.read_text() == f"before\n{report.BEGIN}\n\nnew\n\n{report.END}\nafter\n"
