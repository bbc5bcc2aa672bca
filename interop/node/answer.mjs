// A wallet that is not ours answers a question over OpenID4VP 1.0: @openid4vc/openid4vp (the engine of Credo) with
// @sd-jwt/sd-jwt-vc. It speaks https to the running service, whose certificate NODE_EXTRA_CA_CERTS names.
//
// Reads one JSON value {uri, token, frame, jwk, document, iat}: what a QR code said, an SD-JWT VC with its private holder
// key, which claims to show, and the DID document of the verifier. Writes {clientId, version, query, status} or {error}.
import {createHash, randomBytes, webcrypto} from 'node:crypto';
import {importJWK, compactVerify} from 'jose';
import {Openid4vpClient} from '@openid4vc/openid4vp';
import {SDJwtVcInstance} from '@sd-jwt/sd-jwt-vc';
import {explained, readStandardInput} from './contexts.mjs';

const {uri, token, frame, jwk, document, iat} = JSON.parse(await readStandardInput());
const HASHES = {'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512'};
const hash = (data, algorithm) => new Uint8Array(createHash(HASHES[algorithm.toLowerCase()]).update(data).digest());
const unused = name => () => {
  throw new Error(`${name} is not for a wallet that neither encrypts nor signs what is not a credential`);
};

// The verifier is named by a DID: its request is believed by the key that its DID document has under the name of `kid`.
async function verifyJwt(signer, {compact}) {
  const method = document.verificationMethod.find(({id}) => id === signer.didUrl);
  try {
    await compactVerify(compact, await importJWK(method.publicKeyJwk, signer.alg));
    return {verified: true, signerJwk: method.publicKeyJwk};
  } catch {
    return {verified: false};
  }
}

const client = new Openid4vpClient({
  callbacks: {
    hash,
    fetch,
    verifyJwt,
    generateRandom: length => randomBytes(length),
    decryptJwe: unused('decryptJwe'),
    encryptJwe: unused('encryptJwe'),
    signJwt: unused('signJwt'),
    getX509CertificateMetadata: unused('getX509CertificateMetadata'),
  },
});

async function answer() {
  const {params} = client.parseOpenid4vpAuthorizationRequest({authorizationRequest: uri});
  const resolved = await client.resolveOpenId4vpAuthorizationRequest({authorizationRequestPayload: params});
  const request = resolved.authorizationRequestPayload;
  const key = await webcrypto.subtle.importKey('jwk', jwk, {name: 'ECDSA', namedCurve: 'P-256'}, false, ['sign']);
  const holder = new SDJwtVcInstance({
    hasher: hash,
    hashAlg: 'sha-256',
    kbSignAlg: 'ES256',
    kbSigner: async data =>
      Buffer.from(await webcrypto.subtle.sign({name: 'ECDSA', hash: 'SHA-256'}, key, Buffer.from(data))).toString('base64url'),
  });
  const {vct} = await holder.getClaims(token);
  const {id} = resolved.dcql.query.credentials.find(({format, meta}) => format === 'dc+sd-jwt' && meta.vct_values.includes(vct));
  const shown = await holder.present(token, frame, {kb: {payload: {iat, nonce: request.nonce, aud: request.client_id}}});
  const {authorizationResponsePayload} = await client.createOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload: {vp_token: {[id]: [shown]}},
  });
  const {response} = await client.submitOpenid4vpAuthorizationResponse({
    authorizationRequestPayload: request,
    authorizationResponsePayload,
  });
  return {clientId: resolved.client.original ?? request.client_id, version: resolved.version, query: id, status: response.status};
}

try {
  process.stdout.write(JSON.stringify(await answer()));
} catch(error) {
  process.stdout.write(JSON.stringify({error: explained(error)}));
}
