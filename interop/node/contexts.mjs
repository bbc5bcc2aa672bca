// A document loader that serves what this repository pins (contexts/manifest.json) and what the caller hands in.
// There is no way from here to a network: any other URL is an error.
import {createHash} from 'node:crypto';
import {readFileSync} from 'node:fs';

const CONTEXTS = new URL('../../contexts/', import.meta.url);
const MULTIKEY_CONTEXT = 'https://w3id.org/security/multikey/v1';

function pinned() {
  const manifest = JSON.parse(readFileSync(new URL('manifest.json', CONTEXTS), 'utf8'));
  const documents = new Map();
  for(const {url, file, sha256} of manifest.contexts) {
    const bytes = readFileSync(new URL(file, CONTEXTS));
    const digest = createHash('sha256').update(bytes).digest('hex');
    if(digest !== sha256) {
      throw new Error(`${file} has digest ${digest}, the manifest says ${sha256}`);
    }
    documents.set(url, JSON.parse(bytes));
  }
  return documents;
}

// A DID URL with a fragment names one verification method of its document (DID Core 1.0, section 3.2.2).
function verificationMethod(document, url) {
  const method = (document.verificationMethod ?? []).find(({id}) => id === url);
  if(!method) {
    throw new Error(`${url} is not in its document`);
  }
  return {'@context': MULTIKEY_CONTEXT, ...method};
}

/**
 * Makes the loader.
 *
 * @param {object} [documents] - By URL or DID: DID documents, status list credentials, further contexts.
 * @returns {Function} A jsonld.js document loader.
 */
export function documentLoader(documents = {}) {
  const known = new Map([...pinned(), ...Object.entries(documents)]);
  return async url => {
    const [base] = url.split('#');
    let document = known.get(url);
    if(document === undefined && base !== url && known.has(base)) {
      document = verificationMethod(known.get(base), url);
    }
    if(document === undefined) {
      throw new Error(`${url} is neither pinned nor handed in`);
    }
    return {contextUrl: null, documentUrl: url, document};
  };
}

/** Reads all of standard input as text. */
export async function readStandardInput() {
  const chunks = [];
  for await (const chunk of process.stdin) {
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/** Says an error in one readable value: libraries nest theirs in several ways. */
export function explained(error) {
  if(!error) {
    return undefined;
  }
  const nested = [].concat(error.errors ?? [], error.cause ?? [], error.details?.cause ?? []).map(explained);
  const event = error.details?.event;
  const place = event && `${event.code} ${JSON.stringify(event.details ?? {}).slice(0, 300)}`;
  return [error.name, error.message, place, ...nested].filter(Boolean).join(': ');
}
