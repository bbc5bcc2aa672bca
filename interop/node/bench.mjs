// @digitalbazaar/vc, timed within its own process: one thread, everything it needs in memory.
//
// Reads one JSON value a line and answers each with one:
//   {op: 'begin', did, suite}                 -> {publicKeyMultibase}: makes a key, which is DID#key-1
//   {op: 'know', documents}                   -> {}: the DID documents of everybody
//   {op: 'issue', text, seconds, least}       -> {nanoseconds: [...], output}: base64 of JSON in, of signed JSON out
//   {op: 'verify', text, seconds, least}      -> {nanoseconds: [...], output}: the output is base64 of 'true' or of what is wrong
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {createInterface} from 'node:readline';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {issue, verifyCredential} from '@digitalbazaar/vc';
import {documentLoader, explained} from './contexts.mjs';

const SUITES = {
  'ecdsa-rdfc-2019': {cryptosuite: ecdsaRdfc2019, generate: () => EcdsaMultikey.generate({curve: 'P-256'})},
  'eddsa-rdfc-2022': {cryptosuite: eddsaRdfc2022, generate: () => Ed25519Multikey.generate()}
};

let loader;
let signer;
let chosen;

async function begin({did, suite}) {
  chosen = SUITES[suite];
  const keyPair = await chosen.generate();
  keyPair.controller = did;
  keyPair.id = `${did}#key-1`;
  signer = {...keyPair.signer(), id: keyPair.id};
  const {publicKeyMultibase} = await keyPair.export({publicKey: true});
  return {publicKeyMultibase};
}

// A suite keeps the digest of the last document it saw, so each run has its own, as each request to a service would.
async function sign(bytes) {
  const suite = new DataIntegrityProof({signer, cryptosuite: chosen.cryptosuite});
  const signed = await issue({credential: JSON.parse(bytes.toString()), suite, documentLoader: loader});
  return Buffer.from(JSON.stringify(signed));
}

async function verify(bytes) {
  const credential = JSON.parse(bytes.toString());
  const {cryptosuite} = SUITES[credential.proof.cryptosuite];
  const result = await verifyCredential({
    credential, suite: new DataIntegrityProof({cryptosuite}), documentLoader: loader,
    checkStatus: async () => ({verified: true})
  });
  return Buffer.from(result.verified ? 'true' : explained(result.error));
}

async function timed(run, {text, seconds, least}) {
  const bytes = Buffer.from(text, 'base64');
  const nanoseconds = [];
  const ends = process.hrtime.bigint() + BigInt(Math.round(seconds * 1e9));
  let output;
  while(nanoseconds.length < least || process.hrtime.bigint() < ends) {
    const began = process.hrtime.bigint();
    output = await run(bytes);
    nanoseconds.push(Number(process.hrtime.bigint() - began));
  }
  return {nanoseconds, output: output.toString('base64')};
}

const OPERATIONS = {
  begin,
  know: async ({documents}) => {
    loader = documentLoader(documents);
    return {};
  },
  issue: question => timed(sign, question),
  verify: question => timed(verify, question)
};

for await (const line of createInterface({input: process.stdin})) {
  const question = JSON.parse(line);
  let answer;
  try {
    answer = await OPERATIONS[question.op](question);
  } catch(error) {
    answer = {error: explained(error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
