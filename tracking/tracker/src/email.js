/** E-mail addresses: what is one, in one spelling for each. */

const EMAIL = /^[^\s@<>()",;:]{1,64}@[^\s@<>()",;:]+\.[^\s@<>()",;:.\d][^\s@<>()",;:.]+$/;

/** The address in `value`, in small letters and composed (NFC), or "". */
export function emailIn(value) {
  const text = typeof value === "string" ? value.trim().normalize("NFC").toLowerCase() : "";
  return text.length <= 254 && EMAIL.test(text) ? text : "";
}

export const domainOf = (email) => email.slice(email.lastIndexOf("@") + 1);

// "invite a friend": not the visitor.
const OTHERS = /friend|recipient|invite|refer|colleague|gift|^to$|cc$/i;

/** Whether a field or parameter of this name is where visitors leave their own address. */
export const isOwnEmail = (name) => /e?-?mail/i.test(name) && !OTHERS.test(name);
export const isOthersEmail = (name) => OTHERS.test(name);
