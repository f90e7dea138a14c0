-- Logs in whoever brings a good token, under the name that Jitsi's own plugin has, so that configurations load.

local formdecode = require "util.http".formdecode;
local new_sasl = require "util.sasl".new;
local register = require "util.sasl".registerMechanism;
local new_id = require "util.id".medium;

local rules = module:require("token_rules").new(module);
if not rules then return; end

-- mod_bosh belongs to no host.
module:hook_global("bosh-session", function (event)
	local query = event.request.url.query;
	local given = query and formdecode(query) or {};
	event.session.auth_token = given.token;
	event.session.jitsi_bosh_query_room = given.room;
	event.session.jitsi_bosh_query_prefix = given.prefix or "";
	event.session.user_agent_header = event.request.headers.user_agent;
end);

-- Whoever is refused is told of in the log, in the words of Jitsi's own plugin: the last ones are the visitor's.
local function admit(session)
	local admitted, reason = rules:admit(session);
	if not admitted then
		module:log("warn", "Error verifying token err:%s, reason:%s tenant:%s room:%s user_agent:%s", "not-allowed", reason,
			session.jitsi_bosh_query_prefix, session.jitsi_bosh_query_room, session.user_agent_header);
	end
	return admitted, reason;
end

local provider = {};

function provider.get_sasl_handler(session)
	return new_sasl(module.host, { anonymous = function () return admit(session); end });
end

for _, name in ipairs { "test_password", "get_password", "set_password", "user_exists", "create_user", "delete_user" } do
	provider[name] = function () return nil, "there are no accounts"; end
end

module:provides("auth", provider);

-- Prosody's own ANONYMOUS asks again until it gets a yes.
register("ANONYMOUS", { "anonymous" }, function (self)
	local username = new_id():lower();
	local admitted, reason = self.profile.anonymous(self, username, self.realm);
	if admitted == false then return "failure", "not-allowed", reason; end
	self.username = username;
	return "success";
end);
