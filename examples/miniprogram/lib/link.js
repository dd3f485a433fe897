/** The cabinet of a sticker's link (`https://host/c/{cabinet}`); `undefined`: the link is not this service's. */
function cabinetOf(link, service) {
  const [, host, path] = /^(https?:\/\/[^/?#]+)\/c\/([^/?#]+)\/?(?:[?#]|$)/i.exec(link) || [];
  return host && host.toLowerCase() === service.toLowerCase() ? decoded(path) : undefined;
}

/** Decodes a URL-encoded text, such as WeChat's scanned link; `undefined`: it is not well-formed. */
function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}

module.exports = { cabinetOf, decoded };
