// Presents credentials with keys of its own, as a wallet would, by @digitalbazaar/vc.
//
// Reads one JSON value {credentials: [...], challenge, domain}; writes {presentations: {NAME: presentation}}: `ed25519` and
// `p256` are signed for authentication, `unsigned` is not signed.
import * as EcdsaMultikey from '@digitalbazaar/ecdsa-multikey';
import * as Ed25519Multikey from '@digitalbazaar/ed25519-multikey';
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {createPresentation, signPresentation} from '@digitalbazaar/vc';
import {documentLoader, readStandardInput} from './contexts.mjs';

async function didKey(keyPair) {
  const {publicKeyMultibase} = await keyPair.export({publicKey: true});
  const did = `did:key:${publicKeyMultibase}`;
  keyPair.controller = did;
  keyPair.id = `${did}#${publicKeyMultibase}`;
  return {did, signer: {...keyPair.signer(), id: keyPair.id}};
}

const holders = {
  ed25519: {...await didKey(await Ed25519Multikey.generate()), cryptosuite: eddsaRdfc2022},
  p256: {...await didKey(await EcdsaMultikey.generate({curve: 'P-256'})), cryptosuite: ecdsaRdfc2019}
};

const {credentials, challenge, domain} = JSON.parse(await readStandardInput());
// No verification here: that is the other side's work.
const unsigned = holder => createPresentation({verifiableCredential: credentials, holder, verify: false});
const presentations = {unsigned: unsigned()};
for(const [name, {did, signer, cryptosuite}] of Object.entries(holders)) {
  presentations[name] = await signPresentation({
    presentation: unsigned(did),
    suite: new DataIntegrityProof({signer, cryptosuite}),
    challenge, domain,
    documentLoader: documentLoader({})
  });
}
process.stdout.write(JSON.stringify({presentations}));
