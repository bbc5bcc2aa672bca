"""Issues and verifies the micro-credentials of the ENHANCE alliance as Europass / W3C Verifiable Credentials."""
