// Names of countries and languages in the languages of the alliance, out of the CLDR of the Node.js that runs this:
//
//     node contexts/names.mjs > app/languages/names.json
//
// The code lists of the European Union that this project has name them in English alone. A country is found by its
// English name; what CLDR calls otherwise stands in OTHERWISE, and what it does not know keeps the English name.
import {readFileSync} from 'node:fs';

const LANGUAGES = ['de', 'sv', 'nb', 'it', 'es', 'ca', 'pl'];
const OTHERWISE = {
  BES: 'BQ', COD: 'CD', COG: 'CG', CPT: 'CP', CPV: 'CV', FQ0: 'TF', FRO: 'FO', HKG: 'HK', HMD: 'HM', MAC: 'MO', PSE: 'PS',
  SHN: 'SH', TUR: 'TR', UMI: 'UM', VAT: 'VA'
};

const list = name => JSON.parse(readFileSync(new URL(`vocabularies/${name}.json`, import.meta.url)));
const names = (language, type) => new Intl.DisplayNames([language], {type, fallback: 'none'});
const plain = text => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\band\b|\bthe\b|&/g, '')
  .replace(/\bst\.?\s/g, 'saint ').replace(/[^a-z]/g, '');

const english = names('en', 'region');
const byName = new Map();
for (let one = 65; one <= 90; one++) {
  for (let two = 65; two <= 90; two++) {
    const code = String.fromCharCode(one, two);
    const name = english.of(code);
    if (name && !/^(EU|EZ|UN|QO|XA|XB|ZZ)$/.test(code) && !byName.has(plain(name))) byName.set(plain(name), code);
  }
}

const found = {country: {}, language: {}};
const missing = [];
for (const [code, [, label]] of Object.entries(list('country').members)) {
  const region = OTHERWISE[code] ?? byName.get(plain(label));
  if (!region) { missing.push(`${code} ${label}`); continue; }
  found.country[code] = Object.fromEntries(LANGUAGES.map(language => [language, names(language, 'region').of(region)]));
}
for (const code of Object.keys(list('language').iso_639_1)) {
  const own = LANGUAGES.map(language => [language, names(language, 'language').of(code)]).filter(([, name]) => name);
  if (own.length) found.language[code] = Object.fromEntries(own);
}
if (missing.length) console.error(`Left in English: ${missing.join(', ')}`);
const source = `Unicode CLDR ${process.versions.cldr}, by Intl.DisplayNames`;
const lines = members => Object.entries(members).map(([code, own]) => `${JSON.stringify(code)}: ${JSON.stringify(own)}`);
const object = members => `{\n${lines(members).join(',\n')}\n}`;
console.log(`{"source": ${JSON.stringify(source)}, "licence": "Unicode-3.0",
"country": ${object(found.country)},
"language": ${object(found.language)}}`);
