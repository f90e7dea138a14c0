-- What a Jitsi server looks at in a token, written anew for the tests on what Prosody and luaossl bring along.
--
-- Owns: the rules, their order and their words, as shared/design/jitsi.md tells them of Jitsi's own plugins. Does
-- not own: when they are asked. Of key servers it knows `file:///folder` alone: the tests' keys lie beside it.

local base64 = require "util.encodings".base64;
local hashes = require "util.hashes";
local json = require "util.json";
local jwt = require "util.jwt";

local rules = {};
rules.__index = rules;

local DIGESTS = { ["256"] = "sha256", ["384"] = "sha384", ["512"] = "sha512" };

local function from_base64url(text)
	local plain = text:gsub("-", "+"):gsub("_", "/");
	return base64.decode(plain .. ("="):rep(-#plain % 4));
end

function rules.new(context)
	local self = setmetatable({}, rules);
	self.app_id = context:get_option_string("app_id");
	self.app_secret = context:get_option_string("app_secret");
	self.key_server = context:get_option_string("asap_key_server");
	self.algorithm = context:get_option_string("signature_algorithm", self.key_server and "RS256" or "HS256");
	self.allow_empty = context:get_option_boolean("allow_empty_token", false);
	self.issuers = context:get_option_array("asap_accepted_issuers", { self.app_id });
	self.audiences = context:get_option_array("asap_accepted_audiences", { "*" });
	self.verify_domain = context:get_option_boolean("enable_domain_verification", true);
	self.require_room = context:get_option_boolean("asap_require_room_claim", true);
	self.muc_prefix = context:get_option_string("muc_mapper_domain_prefix", "conference");
	if not self.app_id or not (self.app_secret or self.key_server) then
		context:log("error", "app_id, and app_secret or asap_key_server, must be set");
		return nil;
	end
	return self;
end

local function accepts(list, value)
	for _, accepted in ipairs(list) do
		if accepted == "*" or accepted == value then return true; end
	end
	return false;
end

function rules:public_key(kid)
	local folder = self.key_server:match("^file://(.+)$");
	local file = folder and io.open(folder .. "/" .. hashes.sha256(kid, true) .. ".pem");
	if not file then return nil; end
	local pem = file:read("*a");
	file:close();
	return pem;
end

-- Whether the signature over what stands before the last dot is the server's key's.
function rules:has_signature(token, kid)
	local family, bits = self.algorithm:match("^(%u%u)(%d+)$");
	if self.algorithm == "HS256" then
		return jwt.verify(self.app_secret, token);
	end
	local signed, signature = token:match("^(.+)%.([^.]*)$");
	signature = from_base64url(signature);
	if family == "HS" then
		return require "openssl.hmac".new(self.app_secret, DIGESTS[bits]):final(signed) == signature;
	end
	local pem = self:public_key(kid);
	local digest = require "openssl.digest".new(DIGESTS[bits]):update(signed);
	return require "openssl.pkey".new(pem):verify(signature, digest);
end

-- The claims, or nil and the reason.
function rules:claims(token)
	local header, claims = token:match("^([^.]+)%.([^.]+)%.[^.]+$");
	header = header and json.decode(from_base64url(header) or "");
	claims = claims and json.decode(from_base64url(claims) or "");
	if type(header) ~= "table" or type(claims) ~= "table" then return nil, "Invalid token"; end
	if self.key_server then
		if not header.kid then return nil, "'kid' claim is missing"; end
		if not self:public_key(header.kid) then return nil, "could not obtain public key"; end
	end
	if header.typ ~= "JWT" then return nil, "Invalid typ"; end
	if header.alg ~= self.algorithm then return nil, "Invalid or incorrect alg"; end
	if not self:has_signature(token, header.kid) then return nil, "Invalid signature"; end
	local now = os.time();
	if claims.exp and type(claims.exp) ~= "number" then return nil, "exp must be number"; end
	if claims.nbf and type(claims.nbf) ~= "number" then return nil, "nbf must be number"; end
	if claims.exp and now >= claims.exp then return nil, ("Not acceptable by exp (%.1f sec since expired)"):format(now - claims.exp); end
	if claims.nbf and now < claims.nbf then return nil, "Not acceptable by nbf"; end
	if claims.iss == nil then return nil, "'iss' claim is missing"; end
	if not accepts(self.issuers, claims.iss) then return nil, "invalid 'iss' claim"; end
	if claims.aud == nil then return nil, "'aud' claim is missing"; end
	if not accepts(self.audiences, claims.aud) then return nil, "invalid 'aud' claim"; end
	if claims.sub == nil then return nil, "sub claim is missing"; end
	if self.require_room and claims.room == nil then return nil, "room claim is missing"; end
	return claims;
end

-- Looks at a session's token and remembers what it says; true, or false and the reason.
function rules:admit(session)
	if not session.auth_token then
		if self.allow_empty then return true; end
		return false, "token required";
	end
	local claims, reason = self:claims(session.auth_token);
	if not claims then return false, reason; end
	session.jitsi_meet_room, session.jitsi_meet_domain = claims.room, claims.sub;
	session.jitsi_meet_context_user = claims.context and claims.context.user;
	session.jitsi_meet_context_features = claims.context and claims.context.features;
	return true;
end

-- Whether the token of a session opens a room: `room@conference.domain`, or `[tenant]room@…`; else perhaps why not.
function rules:opens(session, room, domain)
	if not session.auth_token then return self.allow_empty; end
	local wanted, sub = session.jitsi_meet_room, session.jitsi_meet_domain;
	local tenant, name = room:match("^%[([^%]]+)%](.+)$");
	name = name or room;
	if wanted ~= "*" and name ~= tostring(wanted):lower() then
		return false, not self.verify_domain and "Room does not match the room from token" or nil;
	end
	if not self.verify_domain or sub == "*" then return true; end
	sub = tostring(sub):lower();
	if tenant then return tenant == sub; end
	return domain == self.muc_prefix .. "." .. sub;
end

return rules;
