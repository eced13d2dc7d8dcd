import { undiciFetch } from "@mpesa/sdk/undici";
import { type BrokenPayment, type Ending, payOverBrokenConnections } from "./broken-connections.ts";

/** Pays once at each gateway, on a used connection of undici's. */
export async function payWithUndici(
  gateways: readonly { readonly ending: Ending; readonly url: string }[],
): Promise<BrokenPayment[]> {
  const fetch = undiciFetch();
  const paid = await payOverBrokenConnections(gateways, { fetch });
  await fetch.close();
  return paid;
}
