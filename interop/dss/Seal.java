// Has the European Commission's DSS make a seal as Europass does: a test tool, never a part of the product.
//
// java -cp 'lib/*' Seal.java KEY.pem CERTIFICATE.der ISSUER.der PAYLOAD > SEALED

import eu.europa.esig.dss.enumerations.DigestAlgorithm;
import eu.europa.esig.dss.enumerations.JWSSerializationType;
import eu.europa.esig.dss.enumerations.SignatureAlgorithm;
import eu.europa.esig.dss.enumerations.SignatureLevel;
import eu.europa.esig.dss.enumerations.SignaturePackaging;
import eu.europa.esig.dss.jades.JAdESSignatureParameters;
import eu.europa.esig.dss.jades.signature.JAdESService;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.model.SignatureValue;
import eu.europa.esig.dss.model.x509.CertificateToken;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;

public final class Seal {
    public static void main(String[] arguments) throws Exception {
        String pem = Files.readString(Path.of(arguments[0])).replaceAll("-----[A-Z ]+-----|\\s", "");
        var key = KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(Base64.getDecoder().decode(pem)));
        CertificateToken certificate = DSSUtils.loadCertificate(new File(arguments[1]));
        JAdESSignatureParameters parameters = new JAdESSignatureParameters();
        parameters.setSignatureLevel(SignatureLevel.JAdES_BASELINE_B);
        parameters.setSignaturePackaging(SignaturePackaging.ENVELOPING);
        parameters.setJwsSerializationType(JWSSerializationType.JSON_SERIALIZATION);
        parameters.setBase64UrlEncodedPayload(false);
        parameters.setDigestAlgorithm(DigestAlgorithm.SHA256);
        parameters.setSigningCertificateDigestMethod(DigestAlgorithm.SHA256);
        parameters.setSigningCertificate(certificate);
        parameters.setCertificateChain(certificate, DSSUtils.loadCertificate(new File(arguments[2])));
        JAdESService service = new JAdESService(new CommonCertificateVerifier());
        FileDocument payload = new FileDocument(arguments[3]);
        Signature signature = Signature.getInstance("SHA256withECDSA");
        signature.initSign(key);
        signature.update(service.getDataToSign(payload, parameters).getBytes());
        var value = new SignatureValue(SignatureAlgorithm.ECDSA_SHA256, signature.sign());
        service.signDocument(payload, parameters, value).writeTo(System.out);
    }
}
