// Schools on the county's own outlines. Leaflet draws; grouping, verdicts and words come from the server; no tiles.
const L = window.L;
const place = document.getElementById("map");
const SVG = "http://www.w3.org/2000/svg";

function mark(verdict) {
  const drawing = document.createElementNS(SVG, "svg");
  drawing.setAttribute("viewBox", "0 0 16 16");
  drawing.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#m-${verdict}`);
  drawing.append(use);
  return drawing;
}

function element(name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function siteIcon(point) {
  const html = point.verdict ? mark(point.verdict) : element("span", "dot");
  return L.divIcon({ className: `site v-${point.verdict || "none"}`, html, iconSize: [24, 24] });
}

function groupIcon(point) {
  const parts = element("span", "group-parts");
  if (point.verdict) parts.append(mark(point.verdict));
  parts.append(element("span", "count", String(point.count)));
  return L.divIcon({ className: `group v-${point.verdict || "none"}`, html: parts, iconSize: [46, 28] });
}

function popup(point) {
  const box = element("div");
  const link = element("a", "", point.name);
  link.href = point.url;
  const head = element("p");
  head.append(link);
  box.append(head, element("p", "note", point.kind));
  if (point.word) {
    const said = element("p", `v v-${point.verdict}`);
    const drawn = mark(point.verdict);
    drawn.classList.add("m");
    said.append(drawn, point.word);
    box.append(said);
  }
  return box;
}

function start() {
  place.replaceChildren();
  const map = L.map(place, { zoomControl: false, minZoom: 6, maxZoom: 18, zoomSnap: 0.5, fadeAnimation: false });
  map.attributionControl.setPrefix(false);
  L.control.zoom({ zoomInTitle: place.dataset.zoomIn, zoomOutTitle: place.dataset.zoomOut }).addTo(map);
  map.createPane("names").classList.add("names-pane");
  const names = L.layerGroup().addTo(map);
  const sites = L.layerGroup().addTo(map);
  let asked = 0;

  async function show() {
    const turn = ++asked;
    const bounds = map.getBounds().pad(0.1);
    const query = new URLSearchParams({
      bbox: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()].map((n) => n.toFixed(6)).join(","),
      zoom: String(Math.round(map.getZoom())),
    });
    const answer = await fetch(`${place.dataset.points}&${query}`, { headers: { Accept: "application/json" } });
    if (!answer.ok || turn !== asked) return;
    const { points } = await answer.json();
    if (turn !== asked) return;
    sites.clearLayers();
    for (const point of points) sites.addLayer(layer(point));
  }

  function layer(point) {
    const at = [point.lat, point.lon];
    const icon = point.count ? groupIcon(point) : siteIcon(point);
    const drawn = L.marker(at, { icon, title: point.title, alt: point.title });
    const act = point.count ? () => zoomTo(point) : () => tell(point);
    return drawn.on("click", act).on("keypress", (event) => {
      if (event.originalEvent.key === "Enter") act();
    });
  }

  // The popup is the map's, not the mark's: marks are drawn anew whenever the map moves, as it does to show a popup whole.
  function tell(point) {
    L.popup().setLatLng([point.lat, point.lon]).setContent(popup(point)).openOn(map);
  }

  function zoomTo(point) {
    const [west, south, east, north] = point.box;
    if (west === east && south === north) map.setView([point.lat, point.lon], 18);
    else map.fitBounds(L.latLngBounds([south, west], [north, east]).pad(0.3), { maxZoom: Math.min(18, map.getZoom() + 3) });
  }

  function label() {
    names.clearLayers();
    if (map.getZoom() < 10.5) return;
    for (const [name, centre] of townships) {
      names.addLayer(L.marker(centre, { icon: L.divIcon({ className: "outline-name", html: element("span", "", name), iconSize: [120, 16] }), interactive: false, keyboard: false, pane: "names" }));
    }
  }

  const townships = [];
  async function outlines() {
    const answer = await fetch(place.dataset.outlines, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error(String(answer.status));
    const drawn = L.geoJSON(await answer.json(), {
      interactive: false,
      style: (feature) => ({ className: feature.properties.level === "road" ? "road" : `outline-${feature.properties.level}`, fillOpacity: feature.properties.level === "county" ? 1 : 0 }),
      onEachFeature: (feature, shape) => {
        if (feature.properties.level === "township" && feature.properties.name) townships.push([feature.properties.name, shape.getBounds().getCenter()]);
      },
    }).addTo(map);
    return drawn.getBounds();
  }

  async function allPoints() {
    const answer = await fetch(`${place.dataset.points}&zoom=6`, { headers: { Accept: "application/json" } });
    const { points } = await answer.json();
    return L.latLngBounds(points.flatMap((p) => (p.box ? [[p.box[1], p.box[0]], [p.box[3], p.box[2]]] : [[p.lat, p.lon]])));
  }

  async function open() {
    const [county, points] = await Promise.all([outlines(), allPoints()]);
    const all = county.isValid() ? county : points;
    if (!all.isValid()) throw new Error("nothing to show");
    map.fitBounds(points.isValid() && new URLSearchParams(location.search).get("q") ? points.pad(0.2) : all, { maxZoom: 15 });
    label();
    map.on("moveend", show);
    map.on("zoomend", label);
    await show();
  }

  open().catch(() => {
    map.remove();
    place.replaceChildren(element("p", "map-wait", place.dataset.failed));
  });

  for (const button of document.querySelectorAll("[data-show-lon]")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      map.setView([Number(button.dataset.showLat), Number(button.dataset.showLon)], 16);
      place.scrollIntoView({ block: "nearest" });
    });
  }
}

if (L && place) start();
