from tests.house.licences import LESSER, LESSER_REASONS, PAGE, REFUSED, licence_of, page, runtime_packages


def test_no_runtime_package_has_terms_that_would_bind_the_whole_service():
    assert [package for package in runtime_packages() if REFUSED.search(package.licence)] == []


def test_each_runtime_package_states_its_licence():
    assert [package for package in runtime_packages() if package.licence == "not stated"] == []


def test_each_package_under_the_lgpl_is_there_for_a_stated_reason_and_no_reason_is_left_over():
    assert {package.name for package in runtime_packages() if LESSER.search(package.licence)} == set(LESSER_REASONS)


def test_the_page_is_the_one_that_make_licences_writes():
    assert PAGE.read_text() == page(runtime_packages())


def test_the_refused_terms_are_recognised_in_each_way_of_writing_them():
    for refused in ("GPL-3.0-only", "AGPL-3.0-or-later", "GNU General Public License v3 (GPLv3)", "GNU Affero GPL"):
        assert REFUSED.search(refused), refused
    for accepted in ("LGPL-3.0-only", "GNU Lesser General Public License v3 (LGPLv3)", "MIT", "MPL-2.0"):
        assert not REFUSED.search(accepted), accepted


def test_a_licence_is_read_from_wherever_a_package_states_it():
    assert licence_of(_Facts({"License-Expression": "MIT", "License": "other"})) == "MIT"
    assert licence_of(_Facts({"License": "BSD-3-Clause"})) == "BSD-3-Clause"
    assert licence_of(_Facts({"License": "long\ntext", "Classifier": "License :: OSI Approved :: MIT License"})) == (
        "MIT License"
    )
    assert licence_of(_Facts({})) == "not stated"


class _Facts(dict):
    def get_all(self, name):
        return [self[name]] if name in self else None
