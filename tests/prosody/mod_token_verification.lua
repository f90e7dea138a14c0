-- Lets into a room only those whose token names it, under the name that Jitsi's own plugin has.

local jid = require "util.jid";
local st = require "util.stanza";

local parent = module.host:match("^[^.]+%.(.+)$");
local rules = module:require("token_rules").new(module:context(module:get_option_string("token_parent", parent)));
if not rules then return; end

-- Jitsi's own finds no room without it.
local mapper = module:context("*"):get_option_string("muc_mapper_domain_base");
if not mapper then module:log("error", "muc_mapper_domain_base is not set: nobody gets into a room"); end

local function enter(event)
	local session, stanza = event.origin, event.stanza;
	local room, domain = jid.split(stanza.attr.to);
	local opens, reason = rules:opens(session, room, domain);
	if not mapper then opens, reason = false, "Room does not exist"; end
	if opens then return; end
	reason = reason or "Room and token mismatched";
	-- Jitsi's own writes the whole token into the log, too.
	module:log("error", "Token %s not allowed to join: %s err: %s reason: %s", tostring(session.auth_token),
		stanza.attr.to, nil, reason);
	session.send(st.error_reply(stanza, "cancel", "not-allowed", reason));
	return true;
end

module:hook("muc-room-pre-create", enter, 99);
module:hook("muc-occupant-pre-join", enter, 99);
