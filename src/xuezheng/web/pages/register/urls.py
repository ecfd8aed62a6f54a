"""Addresses of the register's pages."""

from django.urls import path

from xuezheng.web.pages.register import dictionary, imports, school, school_map, schools, search, snapshots, townships

COUNTY = "counties/<str:county>/"
SCHOOLS = f"{COUNTY}schools/"
IMPORTS = f"{COUNTY}imports/"
IMPORT = f"{IMPORTS}<int:number>/"

urlpatterns = [
    path(SCHOOLS, schools.schools, name="schools"),
    path(f"{SCHOOLS}export/", schools.export, name="schools-export"),
    path(f"{SCHOOLS}<str:school>/", school.school, name="school"),
    path(f"{COUNTY}map/", school_map.school_map, name="map"),
    path(f"{COUNTY}map/points/", school_map.points, name="map-points"),
    path(f"{COUNTY}map/outlines/", school_map.outlines, name="map-outlines"),
    path(f"{COUNTY}townships/", townships.townships, name="townships"),
    path(f"{COUNTY}townships/<str:township>/", townships.township, name="township"),
    path(f"{COUNTY}search/", search.search, name="search"),
    path("dictionary/", dictionary.dictionary, name="dictionary"),
    path(f"{COUNTY}snapshots/", snapshots.snapshots, name="snapshots"),
    path("imports/", imports.counties, name="import-counties"),
    path(IMPORTS, imports.imports, name="imports"),
    path(IMPORT, imports.import_page, name="import"),
    path(f"{IMPORT}progress/", imports.import_progress, name="import-progress"),
    path(f"{IMPORT}accept/", imports.accept, name="import-accept"),
    path(f"{IMPORT}recheck/", imports.recheck, name="import-recheck"),
    path(f"{IMPORT}discard/", imports.discard, name="import-discard"),
    path(f"{IMPORT}reports/<int:place>/", imports.report, name="import-report"),
]
