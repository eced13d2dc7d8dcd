const REDACTED = "[redacted]";

/**
 * Hides secrets wherever they appear in a text, the signatures of callback URLs, and all but the ends of a phone number,
 * also inside longer ids.
 */
export function createRedaction(secrets: readonly string[], phoneNumber: string): (text: string) => string {
  const spellings = secrets.flatMap((secret) => [secret, btoa(secret)]);
  const local = phoneNumber.slice(-9);
  const masked = `${local.slice(0, 2)}*****${local.slice(-2)}`;
  return (text) => {
    let clean = text;
    for (const secret of spellings) clean = clean.replaceAll(secret, REDACTED);
    return clean
      .replaceAll(local, masked)
      .replace(/("(?:Password|SecurityCredential|access_token)": )"[^"]*"/g, `$1"${REDACTED}"`)
      .replace(/\b(Basic|Bearer) \S+/g, `$1 ${REDACTED}`)
      .replace(/-[\da-f]{64}\b/g, "-[signature]");
  };
}
