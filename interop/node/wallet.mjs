// Wallets that are not ours fetch credentials over OpenID4VCI 1.0: @openid4vc/openid4vci (the engine of Credo) and
// @digitalbazaar/oid4-client. They speak https to the running service, whose certificate NODE_EXTRA_CA_CERTS names.
//
// Reads a JSON line for each step of one wallet and writes a JSON line of what came of it, {error} where it failed:
//   {do: 'claim', client, uri, configuration, transactionCode?, dpop?, keys?: [{alg, named}]}
//     -> {credentials, notification?, waiting?, dids, tokenType}
//   {do: 'comeBack'}           -> {credentials} or {waiting}
//   {do: 'notify', event}      -> {}
import {createHash, randomBytes} from 'node:crypto';
import {createInterface} from 'node:readline';
import {CompactSign, exportJWK, generateKeyPair} from 'jose';
import {OID4Client, getCredentialOffer, parseCredentialOfferUrl} from '@digitalbazaar/oid4-client';
import {Openid4vciClient} from '@openid4vc/openid4vci';
import {clientAuthenticationAnonymous} from '@openid4vc/oauth2';
import {explained} from './contexts.mjs';

const HASHES = {'sha-256': 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512'};
const privateKeys = new Map();

async function newKey(alg) {
  const {publicKey, privateKey} = await generateKeyPair(alg, {extractable: true});
  const {kty, crv, x, y} = await exportJWK(publicKey);
  const jwk = y === undefined ? {crv, kty, x} : {crv, kty, x, y};
  const did = `did:jwk:${Buffer.from(JSON.stringify(jwk)).toString('base64url')}`;
  privateKeys.set(JSON.stringify(jwk), privateKey);
  privateKeys.set(`${did}#0`, privateKey);
  return {alg, jwk, did};
}

async function signJwt(signer, {header, payload}) {
  const {crv, kty, x, y} = signer.publicJwk ?? {};
  const jwk = y === undefined ? {crv, kty, x} : {crv, kty, x, y};
  const key = privateKeys.get(signer.method === 'did' ? signer.didUrl : JSON.stringify(jwk));
  const jwt = await new CompactSign(new TextEncoder().encode(JSON.stringify(payload))).setProtectedHeader(header).sign(key);
  return {jwt, signerJwk: signer.method === 'did' ? undefined : signer.publicJwk};
}

const unused = name => () => {
  throw new Error(`${name} is not for wallets that neither verify nor encrypt`);
};

class Credo {
  constructor() {
    this.client = new Openid4vciClient({
      callbacks: {
        hash: (data, algorithm) => createHash(HASHES[algorithm.toLowerCase()]).update(data).digest(),
        generateRandom: length => randomBytes(length),
        signJwt,
        clientAuthentication: clientAuthenticationAnonymous(),
        decryptJwe: unused('decryptJwe'),
        encryptJwe: unused('encryptJwe'),
        verifyJwt: unused('verifyJwt'),
        fetch
      }
    });
  }

  async claim({uri, configuration, transactionCode, dpop, keys}) {
    const credentialOffer = await this.client.resolveCredentialOffer(uri);
    const issuerMetadata = await this.client.resolveIssuerMetadata(credentialOffer.credential_issuer);
    const bindingKey = dpop && await newKey('ES256');
    const granted = await this.client.retrievePreAuthorizedCodeAccessTokenFromOffer({
      credentialOffer, issuerMetadata, txCode: transactionCode ?? undefined,
      ...(bindingKey && {dpop: {signer: {method: 'jwk', publicJwk: bindingKey.jwk, alg: 'ES256'}}})
    });
    this.access = {issuerMetadata, accessToken: granted.accessTokenResponse.access_token, dpop: granted.dpop};
    const known = issuerMetadata.credentialIssuer.credential_configurations_supported[configuration];
    const shown = [];
    let proofs;
    if(known.proof_types_supported) {
      const {c_nonce: nonce} = await this.client.requestNonce({issuerMetadata});
      const jwt = [];
      for(const {alg, named} of keys) {
        const key = await newKey(alg);
        shown.push(key.did);
        const signer = named === 'did' ?
          {method: 'did', didUrl: `${key.did}#0`, alg} : {method: 'jwk', publicJwk: key.jwk, alg};
        jwt.push((await this.client.createCredentialRequestJwtProof({
          issuerMetadata, credentialConfigurationId: configuration, signer, nonce
        })).jwt);
      }
      proofs = {jwt};
    }
    const {credentialResponse} = await this.client.retrieveCredentials(
      {...this.access, credentialConfigurationId: configuration, proofs});
    const tokenType = granted.accessTokenResponse.token_type;
    return {...this.received(credentialResponse), dids: shown, tokenType};
  }

  async comeBack() {
    const {deferredCredentialResponse} = await this.client.retrieveDeferredCredentials(
      {...this.access, transactionId: this.waiting});
    return this.received(deferredCredentialResponse);
  }

  async notify({event}) {
    await this.client.sendNotification({...this.access, notification: {notificationId: this.notification, event}});
    return {};
  }

  received({credentials, notification_id: notification, transaction_id: waiting}) {
    Object.assign(this, {notification: notification ?? this.notification, waiting});
    return {credentials: credentials?.map(({credential}) => credential), notification, waiting};
  }
}

class DigitalBazaar {
  async claim({uri}) {
    const offer = uri.includes('credential_offer_uri') ?
      await getCredentialOffer({url: uri}) : parseCredentialOfferUrl({url: uri});
    const client = await OID4Client.fromCredentialOffer({offer});
    const {credentials} = await client.requestCredentials();
    return {credentials, dids: []};
  }
}

const CLIENTS = {'@openid4vc/openid4vci': Credo, '@digitalbazaar/oid4-client': DigitalBazaar};
let wallet;

for await (const line of createInterface({input: process.stdin})) {
  const step = JSON.parse(line);
  let answer;
  try {
    wallet ??= new CLIENTS[step.client]();
    answer = await wallet[step.do](step);
  } catch(error) {
    answer = {error: explained(error), response: error?.response ?? error?.errorResponse};
  }
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
