package dev.regrow.core.identity;

import java.nio.file.Path;

/**
 * PEM files for mutual TLS.
 *
 * @param key the node's private key (PKCS #8), readable by its owner only
 * @param certificate the node's certificate
 * @param authority the cluster's certificate authority, which signs every node's
 */
public record TlsFiles(Path key, Path certificate, Path authority) {}
