// world.svg: one <path id="DE"> for each country, projected once here so that pages only name the ones they colour.
import { readFile, writeFile } from "node:fs/promises";
import { geoNaturalEarth1, geoPath } from "d3-geo";
import countries from "i18n-iso-countries";
import { feature } from "topojson-client";

const WIDTH = 1000;
const HEIGHT = 490;
const ANTARCTICA = "010"; // nobody browses from there, and it takes a fifth of the map
// Not in ISO 3166-1, so without a number in the atlas; drawn as land.
const UNNUMBERED = { Kosovo: "XK" };

const code = (shape) => countries.numericToAlpha2(shape.id) ?? UNNUMBERED[shape.properties.name];

export async function writeWorld(out) {
  const atlas = JSON.parse(await readFile("node_modules/world-atlas/countries-110m.json", "utf8"));
  const shapes = feature(atlas, atlas.objects.countries).features.filter((shape) => shape.id !== ANTARCTICA);
  const projection = geoNaturalEarth1().fitSize([WIDTH, HEIGHT], { type: "FeatureCollection", features: shapes });
  const draw = geoPath(projection).digits(0); // drawn at 700 pixels or less, so whole units are fine enough
  const paths = shapes.map((shape) => `<path${code(shape) ? ` id="${code(shape)}"` : ""} d="${draw(shape)}"/>`);
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}"><g id="land">${paths.join("")}</g></svg>`;
  await writeFile(`${out}/world.svg`, svg);
}
