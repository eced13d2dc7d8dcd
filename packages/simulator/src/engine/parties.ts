import { accountNames, dailyLimit, sandbox, taxShortCode } from "@mpesa/raw/platform";
import { openingBalance, sampleMerchantTill, sampleStore } from "../defaults.ts";
import type { CustomerOptions, OrganisationOptions } from "../options.ts";
import type { CustomerRecord, OrganisationRecord } from "../state/records.ts";
import type { Engine } from "./engine.ts";
import { canGive, FEES, ISSUE, issueFloor, openAccount, toCents } from "./ledger.ts";
import { normalisePhone } from "./phone.ts";
import { dayOf } from "./time.ts";

/** Invented: first names of people who do not exist, with "Mfano" (example) as the family name. */
const NAMES = [
  "Amina",
  "Barasa",
  "Chebet",
  "Daudi",
  "Esther",
  "Farida",
  "Gitau",
  "Halima",
  "Imani",
  "Juma",
  "Kendi",
  "Lulu",
];

/** Puts in whoever is not there yet. What a state file knows stays as it is. */
export function seedParties(engine: Engine): void {
  const { accounts, customers, organisations } = engine.store;
  for (const [id, floor] of [
    [ISSUE, issueFloor],
    [FEES, 0],
  ] as const) {
    const { balance = 0, floor: known } = accounts.get(id) ?? {};
    if (known !== floor) accounts.put(id, { id, owner: "mpesa", name: id.slice(6), balance, floor });
  }
  const passkey = sandbox.passkey;
  const builtIn: OrganisationOptions[] = [
    { shortCode: sandbox.shortCode, name: "Daraja-Sandbox", passkey },
    ...[sandbox.partyB, ...sandbox.testShortCodes].map((shortCode) => ({
      shortCode,
      name: `Sandbox ${shortCode}`,
      passkey,
    })),
    { shortCode: sampleStore.store, name: "Example Store", kind: "store", passkey },
    { shortCode: sampleStore.till, name: "Example Till", kind: "till", store: sampleStore.store },
    {
      shortCode: sampleMerchantTill,
      name: "Example Merchant",
      kind: "till",
      store: sampleStore.store,
      operatorPhone: "254722000000",
    },
    { shortCode: taxShortCode, name: "Tax Authority", balance: 0 },
  ];
  const byCode = new Map([...builtIn, ...engine.settings.organisations].map((one) => [one.shortCode, one]));
  for (const organisation of byCode.values())
    if (!organisations.has(organisation.shortCode)) addOrganisation(engine, organisation);
  const people: CustomerOptions[] = [
    { phone: sandbox.phoneNumber, name: "Test Customer" },
    ...engine.settings.customers,
  ];
  const byPhone = new Map(people.map((one) => [normalisePhone(one.phone), one]));
  for (const [phone, person] of byPhone) {
    if (customers.has(phone)) continue;
    const added = addCustomer(engine, person);
    // The sandbox's number never answered a prompt where that was watched.
    if (phone === sandbox.phoneNumber) added.habit = { kind: "ignore" };
  }
}

function addOrganisation(engine: Engine, options: OrganisationOptions): OrganisationRecord {
  const { shortCode, kind = "payBill", balance = openingBalance.organisation } = options;
  const initiators = options.initiators ?? [{ name: sandbox.initiatorName, password: sandbox.initiatorPassword }];
  const record = engine.store.organisations.put(shortCode, {
    shortCode,
    name: options.name ?? `Business ${shortCode}`,
    kind,
    store: options.store ?? null,
    passkey: options.passkey ?? null,
    initiators: initiators.map((one) => ({
      ...one,
      securityCredential: one.securityCredential ?? null,
      tries: 0,
      locked: one.locked ?? false,
    })),
    externalValidation: options.externalValidation ?? true,
    operatorPhone: options.operatorPhone ? normalisePhone(options.operatorPhone) : null,
    urls: null,
    pullRegistered: false,
  });
  const opening = toCents(balance);
  openAccount(engine, shortCode, accountNames.working, opening);
  openAccount(engine, shortCode, accountNames.float, 0);
  openAccount(engine, shortCode, accountNames.utility, opening);
  // It counts downwards: what it lacks is what has been paid in charges.
  openAccount(engine, shortCode, accountNames.charges, 0, null);
  openAccount(engine, shortCode, accountNames.settlement, 0);
  if (kind !== "payBill") openAccount(engine, shortCode, accountNames.merchant, opening);
  return record;
}

function addCustomer(engine: Engine, options: CustomerOptions): CustomerRecord {
  const phone = normalisePhone(options.phone);
  const record = engine.store.customers.put(phone, {
    phone,
    name: options.name ?? `${NAMES[Number(phone.slice(-3)) % NAMES.length]} Mfano`,
    pin: options.pin ?? "1234",
    idNumber: options.idNumber ?? "00000000",
    registered: options.registered ?? true,
    reachable: options.reachable ?? true,
    pinTries: 0,
    pinLocked: false,
    decisions: [],
    habit: null,
    limit: toCents(options.limit ?? dailyLimit),
    day: dayOf(engine.now()),
    spentToday: 0,
  });
  openAccount(engine, "customer", phone, toCents(options.balance ?? openingBalance.customer));
  return record;
}

/** The customer with this number, who comes into being when first spoken of. */
export function customerOf(engine: Engine, phone: string): CustomerRecord {
  const known = engine.store.customers.get(phone);
  if (known) return known;
  // A request must not fail because forced payments have used up what the issue account gives out.
  const funded = canGive(engine, ISSUE, toCents(openingBalance.customer));
  return addCustomer(engine, { phone, ...(funded ? {} : { balance: 0 }) });
}

export function organisationOf(engine: Engine, shortCode: unknown): OrganisationRecord | undefined {
  return engine.store.organisations.get(String(shortCode));
}

/** "254708374149 - Test Customer", as results name a party. */
export function partyName(engine: Engine, number: string): string {
  const name = engine.store.organisations.get(number)?.name ?? engine.store.customers.get(number)?.name ?? "";
  return `${number} - ${name}`;
}

/** The account that customers' payments to a short code arrive in. */
export function incomeAccount({ shortCode, kind }: OrganisationRecord): string {
  return `${shortCode}:${kind === "till" ? accountNames.merchant : accountNames.utility}`;
}
