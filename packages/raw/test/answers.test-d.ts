import type { RawClient, RawGetRoutes, RawPostRoutes, StkPushRequest } from "../src/index.ts";

/** Type-checked, never run: an answer 200 can be read only by those who have looked whether it is an error. */
export async function answers(raw: RawClient, body: StkPushRequest): Promise<void> {
  const { data } = await raw.POST("/mpesa/stkpush/v1/processrequest", { body });
  if (!data) return;
  // @ts-expect-error it may be an error that came with status 200
  data.CheckoutRequestID.length;
  // @ts-expect-error or none
  data.errorMessage.length;
  if ("errorCode" in data) {
    data.errorMessage.length;
    // @ts-expect-error an error has no id of a prompt
    data.CheckoutRequestID.length;
  } else {
    data.CheckoutRequestID.length;
    // @ts-expect-error an acceptance has no message of an error
    data.errorMessage.length;
  }
}

type Paths = keyof RawGetRoutes | keyof RawPostRoutes;
/** The paths whose answer 200 hides the error that it may be. */
type Hiding = {
  [P in Paths]: Extract<(RawGetRoutes & RawPostRoutes)[P]["response"], { errorCode: string }> extends never ? P : never;
}[Paths];
export const none: [Hiding] extends [never] ? true : Hiding = true;
