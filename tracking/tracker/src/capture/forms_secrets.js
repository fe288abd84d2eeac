/** Names of fields that hold what nobody may read: passwords, cards, codes, numbers of accounts and of people. */

const SECRET =
  /^(cc|card)|cardn|ccnum|creditcard|csc|cvc|cvv|^exp|pass|pwd|pin$|routing|seccode|securitycode|socialsec|ssn|socsec|token|secret|otp|iban|account/;

export const isSecretName = (name) => SECRET.test(name.toLowerCase().replace(/[-_\s.:[\]]/g, ""));
