// Issues credentials with keys of its own, as a stranger would, by @digitalbazaar/vc.
//
// Reads one JSON value {credentials: [{id, credential}]}; the credentials are unsigned and their issuer is replaced.
// Writes one JSON value {documents: {DID: DID document}, credentials: [{id, credential}]}. Each credential comes twice,
// as `ID/ed25519` with a proof of eddsa-rdfc-2022 and as `ID/p256` with one of ecdsa-rdfc-2019: the issuers are did:keys,
// and the document of a did:key holds one key.
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {issue} from '@digitalbazaar/vc';
import {documentLoader, readStandardInput} from './contexts.mjs';

const DID_CONTEXT = 'https://www.w3.org/ns/did/v1';
const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1';

// did:key: the identifier is the public key itself, and so is the fragment of its one verification method.
async function didKey(keyPair) {
  const {publicKeyMultibase} = await keyPair.export({publicKey: true});
  const did = `did:key:${publicKeyMultibase}`;
  keyPair.controller = did;
  keyPair.id = `${did}#${publicKeyMultibase}`;
  const document = {
    '@context': [DID_CONTEXT, MULTIKEY_CONTEXT],
    id: did,
    verificationMethod: [{id: keyPair.id, type: 'Multikey', controller: did, publicKeyMultibase}],
    assertionMethod: [keyPair.id]
  };
  return {did, document, signer: {...keyPair.signer(), id: keyPair.id}};
}

function issuedBy(credential, did) {
  const {issuer} = credential;
  return {...credential, issuer: typeof issuer === 'object' ? {...issuer, id: did} : did};
}

const strangers = {
  ed25519: {...await didKey(await Ed25519Multikey.generate()), cryptosuite: eddsaRdfc2022},
  p256: {...await didKey(await EcdsaMultikey.generate({curve: 'P-256'})), cryptosuite: ecdsaRdfc2019}
};
const documents = Object.fromEntries(Object.values(strangers).map(({did, document}) => [did, document]));

const {credentials} = JSON.parse(await readStandardInput());
const issued = [];
for(const {id, credential} of credentials) {
  for(const [name, {did, signer, cryptosuite}] of Object.entries(strangers)) {
    issued.push({
      id: `${id}/${name}`,
      credential: await issue({
        credential: issuedBy(credential, did),
        suite: new DataIntegrityProof({signer, cryptosuite}),
        documentLoader: documentLoader(documents)
      })
    });
  }
}
process.stdout.write(JSON.stringify({documents, credentials: issued}) + '\n');
