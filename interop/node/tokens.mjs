// Credentials in tokens (vc+jwt) by the npm package jose: checks some, signs others.
//
// Reads one JSON value {documents: {DID: document}, tokens: [{id, token}], credentials: [{id, credential, alg}]}; writes a
// JSON line for each token, {id, verified, header, payload, error}, and for each credential, {id, issuer, token}.
//
// A token is checked with the JsonWebKey that the DID document of its `kid` has under exactly this name and lists for
// assertions. A credential is signed by a new did:jwk, which becomes its issuer.
import {CompactSign, compactVerify, exportJWK, generateKeyPair, importJWK} from 'jose';
import {explained, readStandardInput} from './contexts.mjs';

const {documents = {}, tokens = [], credentials = []} = JSON.parse(await readStandardInput());

async function keyNamed({alg, kid}) {
  const document = documents[kid.split('#')[0]];
  const method = document?.verificationMethod.find(({id, type}) => id === kid && type === 'JsonWebKey');
  if(!method || !document.assertionMethod.includes(kid)) {
    throw new Error(`${kid} is not a JsonWebKey for assertions`);
  }
  return importJWK(method.publicKeyJwk, alg);
}

async function verify({id, token}) {
  try {
    const {payload, protectedHeader} = await compactVerify(token, keyNamed, {algorithms: ['ES256', 'ES384', 'EdDSA']});
    return {id, verified: true, header: protectedHeader, payload: JSON.parse(new TextDecoder().decode(payload))};
  } catch(error) {
    return {id, verified: false, error: explained(error)};
  }
}

async function sign({id, credential, alg}) {
  const {publicKey, privateKey} = await generateKeyPair(alg);
  const {kty, crv, x, y} = await exportJWK(publicKey);
  const jwk = JSON.stringify(y === undefined ? {kty, crv, x} : {kty, crv, x, y});
  const issuer = `did:jwk:${Buffer.from(jwk).toString('base64url')}`;
  const payload = new TextEncoder().encode(JSON.stringify({...credential, issuer}));
  const token = await new CompactSign(payload)
    .setProtectedHeader({alg, kid: `${issuer}#0`, typ: 'vc+jwt', cty: 'vc'})
    .sign(privateKey);
  return {id, issuer, token};
}

for(const answer of [...await Promise.all(tokens.map(verify)), ...await Promise.all(credentials.map(sign))]) {
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
