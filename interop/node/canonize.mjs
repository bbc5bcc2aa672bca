// Canonical form of JSON-LD documents by jsonld.js in safe mode and rdf-canonize (RDFC-1.0).
//
// Reads JSON lines {id, document}; writes JSON lines {id, sha256, nquads} or {id, error}, in the same order.
import {createHash} from 'node:crypto';
import jsonld from 'jsonld';
import {documentLoader, explained, readStandardInput} from './contexts.mjs';
import * as rdfCanonize from 'rdf-canonize';

const loader = documentLoader();

async function canonize(document) {
  const dataset = await jsonld.toRDF(document, {
    documentLoader: loader, base: null, safe: true, rdfDirection: 'i18n-datatype', produceGeneralizedRdf: false
  });
  return rdfCanonize.canonize(dataset, {algorithm: 'RDFC-1.0', format: 'application/n-quads'});
}

for(const line of (await readStandardInput()).split('\n').filter(Boolean)) {
  const {id, document} = JSON.parse(line);
  let answer;
  try {
    const nquads = await canonize(document);
    answer = {id, sha256: createHash('sha256').update(nquads).digest('hex'), nquads};
  } catch(error) {
    answer = {id, error: explained(error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
