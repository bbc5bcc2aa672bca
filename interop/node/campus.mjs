// Verification by @digitalcredentials/verifier-core, which campus verifiers are built on. It resolves DIDs and fetches
// lists by itself, so `fetch` is hooked: the service on loopback is reached over http, pinned contexts come from
// contexts/manifest.json, and nothing else is to be had.
//
// Reads one JSON value {origin, credentials: [{id, credential}]}; writes a JSON line for each credential:
// {id, log: {STEP: valid}, errors: [names]}.
import {readFileSync} from 'node:fs';
import {readStandardInput} from './contexts.mjs';

const {origin, credentials} = JSON.parse(await readStandardInput());
const CONTEXTS = new URL('../../contexts/', import.meta.url);
const {contexts} = JSON.parse(readFileSync(new URL('manifest.json', CONTEXTS), 'utf8'));
const pinned = new Map(contexts.map(({url, file}) => [url, readFileSync(new URL(file, CONTEXTS))]));
const overTheWire = globalThis.fetch;

globalThis.fetch = async (request, options) => {
  const url = typeof request === 'string' ? request : request.url ?? request.href;
  if(pinned.has(url)) {
    return new Response(pinned.get(url), {headers: {'content-type': 'application/ld+json'}});
  }
  const {host, pathname} = new URL(url);
  if(host === new URL(origin).host) {
    // did:web means https; the service under test speaks http on loopback.
    return overTheWire(origin + pathname, {headers: {accept: 'application/json, application/vc'}, ...options});
  }
  return new Response('{}', {status: 404, headers: {'content-type': 'application/json'}});
};

const {verifyCredential} = await import('@digitalcredentials/verifier-core');

for(const {id, credential} of credentials) {
  const result = await verifyCredential({credential, knownDIDRegistries: []});
  const log = Object.fromEntries((result.log ?? []).map(({id: step, valid}) => [step, valid]));
  const errors = (result.errors ?? []).map(({name, message, stackTrace}) => `${name}: ${message} ${stackTrace?.message ?? ''}`);
  process.stdout.write(JSON.stringify({id, log, errors}) + '\n');
}
