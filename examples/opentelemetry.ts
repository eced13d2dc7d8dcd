/*
 * Feeds OpenTelemetry from the client's events: one span for each attempt of a call, named after the operation.
 * The SDK knows nothing of OpenTelemetry; give the tracer of your app:
 *
 *   import { trace } from "@opentelemetry/api";
 *   const mpesa = new Mpesa({ …, onEvent: traceMpesa(trace.getTracer("payments")) });
 */
import type { MpesaEvent, MpesaEventHandler } from "@mpesa/sdk";

type Attributes = Record<string, string | number | boolean>;

/** What is used of an OpenTelemetry `Span`. */
export interface Span {
  setAttributes(attributes: Attributes): unknown;
  setStatus(status: { code: number; message?: string }): unknown;
  end(): void;
}

/** What is used of an OpenTelemetry `Tracer`. */
export interface Tracer {
  startSpan(name: string, options?: { kind?: number; attributes?: Attributes }): Span;
}

/** SpanKind.CLIENT and SpanStatusCode.ERROR of @opentelemetry/api. */
const CLIENT = 2;
const ERROR = 2;

/** Makes an `onEvent` handler that turns events into spans. Events are redacted already: no secret reaches a span. */
export function traceMpesa(tracer: Tracer): MpesaEventHandler {
  const open = new Map<string, Span>();
  /** Why the next attempt of a call is made. */
  const reasons = new Map<number, string>();

  const start = (event: MpesaEvent & { type: "request" }): void => {
    const { operation, callId, attempt } = event;
    const attributes: Attributes = { "mpesa.operation": operation, "mpesa.call_id": callId };
    if (attempt > 1) attributes["http.request.resend_count"] = attempt - 1;
    const reason = reasons.get(callId);
    if (reason !== undefined) attributes["mpesa.retry.reason"] = reason;
    reasons.delete(callId);
    open.set(`${callId}/${attempt}`, tracer.startSpan(`mpesa ${operation}`, { kind: CLIENT, attributes }));
  };

  const finish = (event: MpesaEvent & { type: "response" | "failure" }): void => {
    const key = `${event.callId}/${event.attempt}`;
    const span = open.get(key);
    open.delete(key);
    span?.setAttributes(attributesOf(event));
    const wrong =
      event.type === "failure"
        ? event.reason
        : (event.errorCode ?? (event.status >= 400 ? `HTTP ${event.status}` : undefined));
    if (wrong !== undefined) span?.setStatus({ code: ERROR, message: wrong });
    span?.end();
  };

  return (event) => {
    switch (event.type) {
      case "request":
        return start(event);
      case "response":
      case "failure":
        return finish(event);
      case "retry":
        return void reasons.set(event.callId, event.reason);
      case "token":
        return tracer
          .startSpan("mpesa token renewed", { attributes: { "mpesa.token.expires_in_ms": event.expiresInMs } })
          .end();
      case "warning": {
        const span = tracer.startSpan("mpesa warning", { attributes: { "mpesa.warning": event.code } });
        span.setStatus({ code: ERROR, message: event.message });
        return span.end();
      }
    }
  };
}

function attributesOf(event: MpesaEvent & { type: "response" | "failure" }): Attributes {
  if (event.type === "failure") return { "error.type": event.reason, "mpesa.sent": event.sent };
  const attributes: Attributes = { "http.response.status_code": event.status };
  if (event.errorCode !== undefined) attributes["error.type"] = event.errorCode;
  if (event.requestId !== undefined) attributes["mpesa.request_id"] = event.requestId;
  return attributes;
}
