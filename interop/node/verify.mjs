// Verification of credentials by @digitalbazaar/vc, each proof by its own cryptosuite, and of their status entries by
// @digitalbazaar/vc-bitstring-status-list.
//
// Reads one JSON value {documents: {URL or DID: document}, credentials: [{id, credential}], now?}; writes a JSON line for each
// credential: {id, verified, proofs: [{cryptosuite, verified, error}], statuses: [{purpose, index, set}], error}.
//
// `verified` is stricter than the library's own bottom line, which is content with one good proof of a set: here every
// proof must hold, and every status list must be authentic. Whether a bit is set is told, not judged.
import {DataIntegrityProof} from '@digitalbazaar/data-integrity';
import {checkStatus} from '@digitalbazaar/vc-bitstring-status-list';
import {cryptosuite as ecdsaRdfc2019} from '@digitalbazaar/ecdsa-rdfc-2019-cryptosuite';
import {cryptosuite as eddsaRdfc2022} from '@digitalbazaar/eddsa-rdfc-2022-cryptosuite';
import {verifyCredential} from '@digitalbazaar/vc';
import {documentLoader, explained, readStandardInput} from './contexts.mjs';

const CRYPTOSUITES = {'ecdsa-rdfc-2019': ecdsaRdfc2019, 'eddsa-rdfc-2022': eddsaRdfc2022};

const {documents, credentials, now} = JSON.parse(await readStandardInput());
const loader = documentLoader(documents);

// A suite keeps the digest of the last document it saw, so each verification has its own.
const suites = () => Object.values(CRYPTOSUITES).map(cryptosuite => new DataIntegrityProof({cryptosuite}));

async function verifyProof(credential, proof) {
  const cryptosuite = CRYPTOSUITES[proof?.cryptosuite];
  if(!cryptosuite) {
    return {cryptosuite: proof?.cryptosuite, verified: false, error: 'unknown cryptosuite'};
  }
  const result = await verifyCredential({
    credential: {...credential, proof},
    suite: new DataIntegrityProof({cryptosuite}),
    documentLoader: loader,
    // status is asked once for the whole credential, below
    checkStatus: async () => ({verified: true}),
    now
  });
  return {cryptosuite: proof.cryptosuite, verified: result.verified, error: explained(result.error)};
}

async function verify({id, credential}) {
  const proofs = [];
  for(const proof of [].concat(credential.proof ?? [])) {
    proofs.push(await verifyProof(credential, proof));
  }
  const whole = await verifyCredential({
    credential, suite: suites(), documentLoader: loader, checkStatus: async () => ({verified: true}), now
  });
  const answer = {
    id,
    verified: whole.verified && proofs.length > 0 && proofs.every(({verified}) => verified),
    proofs,
    statuses: [],
    error: explained(whole.error)
  };
  if(credential.credentialStatus) {
    const status = await checkStatus({credential, documentLoader: loader, suite: suites()});
    answer.verified &&= status.verified;
    answer.error ??= explained(status.error);
    answer.statuses = (status.results ?? []).map(({credentialStatus, status: set}) => ({
      purpose: credentialStatus.statusPurpose, index: credentialStatus.statusListIndex, set
    }));
  }
  return answer;
}

for(const item of credentials) {
  let answer;
  try {
    answer = await verify(item);
  } catch(error) {
    answer = {id: item.id, verified: false, proofs: [], statuses: [], error: explained(error)};
  }
  process.stdout.write(JSON.stringify(answer) + '\n');
}
