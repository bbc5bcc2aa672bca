// SD-JWT VCs by @sd-jwt/sd-jwt-vc with @sd-jwt/jwt-status-list: checks some, presents and issues others.
//
// Reads one JSON value {issuers: {iss: JWT VC Issuer Metadata}, lists: {uri: token}, tokens: [{id, token, nonce}],
// present: [{id, token, frame, jwk, nonce, audience, iat}], issue: [{id, claims, disclose}]}; writes a JSON line for each:
// {id, verified, payload, bound, error}, {id, presentation}, or {id, jwk, token}.
//
// Keys come from the metadata of `iss`, by `kid`; status lists from those handed in. Nothing is fetched.
import {createHash, randomBytes, webcrypto} from 'node:crypto';
import {getListFromStatusListJWT} from '@sd-jwt/jwt-status-list';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {explained, readStandardInput} from './contexts.mjs';

const {issuers = {}, lists = {}, tokens = [], present = [], issue = []} = JSON.parse(await readStandardInput());
const ES256 = {name: 'ECDSA', namedCurve: 'P-256'};
const SHA256 = {name: 'ECDSA', hash: 'SHA-256'};
const shared = {
  hasher: (data, algorithm) =>
    new Uint8Array(createHash(algorithm.replace('-', '')).update(typeof data === 'string' ? data : Buffer.from(data)).digest()),
  hashAlg: 'sha-256',
  signAlg: 'ES256',
  saltGenerator: length => randomBytes(length).toString('base64url'),
};

const decoded = part => JSON.parse(Buffer.from(part, 'base64url'));

async function holds(jwk, data, signature) {
  const {kty, crv, x, y} = jwk;
  const key = await webcrypto.subtle.importKey('jwk', {kty, crv, x, y}, ES256, false, ['verify']);
  return webcrypto.subtle.verify(SHA256, key, Buffer.from(signature, 'base64url'), Buffer.from(data));
}

function signerOf(key) {
  return async data =>
    Buffer.from(await webcrypto.subtle.sign(SHA256, key, Buffer.from(data))).toString('base64url');
}

async function byIssuer(data, signature) {
  const [header, payload] = data.split('.').map(decoded);
  const jwk = issuers[payload.iss]?.jwks.keys.find(({kid}) => kid === header.kid);
  return jwk !== undefined && holds(jwk, data, signature);
}

const verifier = new SDJwtVcInstance({
  ...shared,
  verifier: byIssuer,
  kbVerifier: (data, signature, payload) => holds(payload.cnf.jwk, data, signature),
  statusListFetcher: async uri => lists[uri] ?? Promise.reject(new Error(`${uri} was not handed in`)),
});

async function verify({id, token, nonce}) {
  try {
    const {payload, kb} = await verifier.verify(token, nonce === undefined ? {} : {keyBindingNonce: nonce});
    const place = payload.status?.status_list;
    const status = place && getListFromStatusListJWT(lists[place.uri]).getStatus(place.idx);
    return {id, verified: true, payload, bound: kb !== undefined, status};
  } catch(error) {
    return {id, verified: false, error: explained(error)};
  }
}

async function presented({id, token, frame, jwk, nonce, audience, iat}) {
  const key = await webcrypto.subtle.importKey('jwk', jwk, ES256, false, ['sign']);
  const holder = new SDJwtVcInstance({...shared, kbSigner: signerOf(key), kbSignAlg: 'ES256'});
  const presentation = await holder.present(token, frame, {kb: {payload: {iat, nonce, aud: audience}}});
  return {id, presentation};
}

async function issued({id, claims, disclose}) {
  const {publicKey, privateKey} = await webcrypto.subtle.generateKey(ES256, true, ['sign', 'verify']);
  const issuer = new SDJwtVcInstance({...shared, signer: signerOf(privateKey)});
  const token = await issuer.issue(claims, {_sd: disclose, _sd_decoy: 2}, {header: {kid: 'key-1'}});
  const {kty, crv, x, y} = await webcrypto.subtle.exportKey('jwk', publicKey);
  return {id, jwk: {kid: 'key-1', kty, crv, x, y}, token};
}

const answers = [
  ...await Promise.all(tokens.map(verify)),
  ...await Promise.all(present.map(presented)),
  ...await Promise.all(issue.map(issued)),
];
for(const answer of answers) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
