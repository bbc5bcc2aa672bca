// Asks the European Commission's DSS about seals: a test tool, never a part of the product.
//
// java -cp 'lib/*' Validate.java ANCHOR.pem[,...] CRL.der[,...]|- FILE...
//
// Prints one line for each FILE: indication, sub-indication, the level that DSS found, the best signature time; and, of the
// detailed report, what validation came to with the signature alone, with its time-stamp, and with its archive time-stamps.
// There is no way to a network: no AIA, OCSP, CRL or trusted-list source is set.

import eu.europa.esig.dss.detailedreport.DetailedReport;
import eu.europa.esig.dss.model.FileDocument;
import eu.europa.esig.dss.simplereport.SimpleReport;
import eu.europa.esig.dss.spi.DSSUtils;
import eu.europa.esig.dss.spi.validation.CommonCertificateVerifier;
import eu.europa.esig.dss.spi.x509.CommonTrustedCertificateSource;
import eu.europa.esig.dss.spi.x509.revocation.crl.ExternalResourcesCRLSource;
import eu.europa.esig.dss.validation.SignedDocumentValidator;
import eu.europa.esig.dss.validation.reports.Reports;
import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;

public final class Validate {
    public static void main(String[] arguments) throws Exception {
        CommonTrustedCertificateSource anchors = new CommonTrustedCertificateSource();
        for (String path : arguments[0].split(",")) {
            anchors.addCertificate(DSSUtils.loadCertificate(new File(path)));
        }
        CommonCertificateVerifier verifier = new CommonCertificateVerifier();
        verifier.setTrustedCertSources(anchors);
        verifier.setAIASource(null);
        if (!arguments[1].equals("-")) {
            String[] paths = arguments[1].split(",");
            InputStream[] lists = new InputStream[paths.length];
            for (int index = 0; index < paths.length; index++) {
                lists[index] = new FileInputStream(paths[index]);
            }
            verifier.setCrlSource(new ExternalResourcesCRLSource(lists));
        }
        for (int index = 2; index < arguments.length; index++) {
            System.out.println(said(arguments[index], verifier));
        }
    }

    private static String said(String path, CommonCertificateVerifier verifier) {
        try {
            SignedDocumentValidator validator = SignedDocumentValidator.fromDocument(new FileDocument(path));
            validator.setCertificateVerifier(verifier);
            Reports reports = validator.validateDocument();
            SimpleReport report = reports.getSimpleReport();
            DetailedReport detailed = reports.getDetailedReport();
            String id = report.getFirstSignatureId();
            if (id == null) {
                return "NO_SIGNATURE - - -";
            }
            return report.getIndication(id) + " " + report.getSubIndication(id) + " "
                + report.getSignatureFormat(id) + " " + report.getBestSignatureTime(id).toInstant() + " "
                + detailed.getBasicValidationIndication(id) + " " + detailed.getLongTermValidationIndication(id) + " "
                + detailed.getArchiveDataValidationIndication(id);
        } catch (RuntimeException refused) {
            return "REFUSED - - -";
        }
    }
}
