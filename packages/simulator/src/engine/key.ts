/**
 * The simulator's own key pair. It protects nothing: it is published with the package, so that a credential made with
 * its public half can be opened and compared. Never use it anywhere else.
 */
export const publicKeyPem: string = `-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAiRoVFAFaE/5C9LsTcMmR
hGgoIR0S0lY9Ti5YL/leHz1uHkj+RbSdKYKoSq/BapufWpB/z9g9mt39WcObEEfl
3BeI3ZGPEhAQK6NkphfE4dl1lRN+nOV+Rgssi/p+QoVkzh4bYLiQNUGdFwYwxJNQ
aBmiRM+bNyL1cUB32qTRWgf28JwXyrkf1DG07Js+IpOOWZo4iluoFudqhqsAajRg
WnR+1rmFMrqZ0JLhWoWXYbAdzcNgp87gcDTYnoml/rdtJnpIku/s/tY3q/7tPK+W
wGvzBFpvI2dwf8oFh4O83BbeYO4JmRyu+84VBi57hmfTflXJR8mWwQI9DpawpSRA
jQIDAQAB
-----END PUBLIC KEY-----
`;

/** The private half, as hexadecimal numbers for the Chinese remainder theorem. */
export const privateKey: Readonly<Record<"p" | "q" | "dp" | "dq" | "qi", string>> = {
  p:
    "c1a07b079a5c4becb7cfc15643d2edc1ec23916d959e48e286e5f19aa9ac4c1668a8c9bde01aeab2bb1594b19ca61ff6" +
    "768878eec4f2b1735aee3af538161a55894d219b3862b0a2b59d389be9a41151681c88ad533655aa064ddb680e0fdd62" +
    "f9b5669f8207c47de62c226c7c08934fb1416455c38d7c51a77794391dd10c3b",
  q:
    "b5443ec1243db006fce6d8c56d6f6be0cf18cb65ff2e792b0b4821b98b76ce6f0fa33c20184e544e883d5c9c36fb71fc" +
    "f230913d361de2a2874de06cadad656d6a9edd3f35a6feaf3b65c058dc14a104f08de248f051f8f7b48b5dbcb7716182" +
    "450d35540e52f62afa0e46355b9cd6812cc11d382f09158fe3e8338043e841d7",
  dp:
    "79d6175443670c4759aa1ac7c349b85dabcefdb56ccdfaa2bfab750992f65db2440ce154deed50fd420764571670d9ef" +
    "e5ca1dfe70631e11ae07f58553d364a2aa10a4b2dd1a0c7775bc0660e4f55e08517092f82d422549254a5c62ef664032" +
    "055a85c69cb572889e0aeb6643edc973fddf5dd9318197d6718026fe81aa86fd",
  dq:
    "aa0aee2fb336a735b6f33b70e13b3fe0f185d9f0c1d4afd8204a3750deb2c1eecfa59a96a5167de1f9ce4e5d40fada30" +
    "a665c729bbe587205e7b40c7d29931e7d5b857e69f071c2df83378a0233cbadc6e693b589f10d6d4502ad8f15ac8e2e7" +
    "18adce541ee7d683f4758589327acb82fc1fe0b03ef76fa1bef3a9b46e7fa79b",
  qi:
    "67f88887f7286f39f19c0c1c499f7c3990e7f40e60cc393166b8ace2c6664034736eac6c313c2f091e46eec636bc991b" +
    "7a2f2af9c33645a36dc4c38e36c81218501874886051794d54368c5c9e0b8ed573c622f411f982f57f37fdc7ce8cc199" +
    "f0a7e2225e2fb7fa1b2941c315492c2337e104551a3602c2dcf111b128999781",
};
