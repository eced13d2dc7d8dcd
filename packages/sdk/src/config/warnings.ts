import type { Config } from "../config.ts";
import type { MpesaEventHandler } from "../events.ts";
import { warnAboutUrl } from "../validate/urls.ts";

/** Lengths of the keys that the portal has given out over time. */
const KEY_LENGTHS: readonly { readonly key: number; readonly secret: number }[] = [
  { key: 32, secret: 16 },
  { key: 48, secret: 64 },
];

/** Reports what is probably a mistake, though it might be meant. */
export function warnAboutConfig(config: Config, emit: MpesaEventHandler): void {
  const { consumerKey = "", consumerSecret = "", callbackUrl, resultUrl, timeoutUrl } = config;
  const swapped = KEY_LENGTHS.some(({ key, secret }) => consumerKey.length === secret && consumerSecret.length === key);
  if (swapped) {
    const message =
      "consumerKey has the length of a secret and consumerSecret that of a key: they are probably swapped.";
    emit({ type: "warning", code: "keysSwapped", message });
  }
  for (const [field, value] of Object.entries({ callbackUrl, resultUrl, timeoutUrl })) {
    if (value !== undefined) warnAboutUrl({ config, emit }, field, value);
  }
}
