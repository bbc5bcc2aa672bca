"""A trust list by PyJWT, as docs/integrator-guide.md shows it.

Reads one JSON value {token, document} with the DID document of the signer; writes the claims.
"""

import json
import sys

import jwt

request = json.load(sys.stdin)
header = jwt.get_unverified_header(request["token"])
if header["typ"] != "enhance-trust-list+jwt":
    raise SystemExit("not a trust list")
methods = {method["id"]: method for method in request["document"]["verificationMethod"]}
key = jwt.PyJWK(methods[header["kid"]]["publicKeyJwk"], algorithm="ES256").key
claims = jwt.decode(request["token"], key, algorithms=["ES256"], issuer=request["document"]["id"])
json.dump(claims, sys.stdout)
