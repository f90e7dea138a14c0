-- Tells in the log, and by POST, who enters and leaves the rooms of a MUC component, under the name that the plugin of
-- jitsi-contrib has. Written anew for the tests, by what captures of that one show (tests/fixtures/attendance).
--
-- Does not own: breakout rooms, speaking times; Jitsi's own focus, which is nobody's guest, never comes to these rooms.

local http = require "net.http";
local jid = require "util.jid";
local json = require "util.json";
local timer = require "util.timer";

local MORE_TRIES, PAUSE = 3, 1;

local rooms_of = module:get_option_string("muc_component");
local prefix = module:get_option_string("api_prefix");
if not rooms_of or not prefix then
	module:log("error", "muc_component and api_prefix must be set");
	return;
end

local headers = { ["Content-Type"] = "application/json" };
for name, value in pairs(module:get_option("api_headers", {})) do headers[name] = value; end

-- What is known of each room, by its address.
local known = {};

-- Nobody there and a server in trouble are asked again; what a server refuses it refuses for good.
local function post(path, body, tries)
	http.request(prefix .. "/events/" .. path, { method = "POST", headers = headers, body = body }, function (_, code)
		local is_worth_it = code == 0 or code >= 500;
		if is_worth_it and tries > 0 then
			timer.add_task(PAUSE, function () post(path, body, tries - 1); end);
		end
	end);
end

local function tell(path, name, room, facts)
	facts.event_name = name;
	facts.room_jid, facts.room_name, facts.is_breakout = room.jid, jid.node(room.jid), false;
	post(path, json.encode(facts), MORE_TRIES);
end

-- Without a focus that comes first, Prosody tells of a room's first guest before it tells of the room.
local function tracked(room)
	local life = known[room.jid];
	if life then return life; end
	life = { since = os.time(), present = 0, everybody = {}, by_session = {} };
	known[room.jid] = life;
	module:log("info", "Start tracking occupants for %s", room.jid);
	tell("room/created", "muc-room-created", room, { created_at = life.since });
	return life;
end

local function joined(event)
	local life = tracked(event.room);
	local user = event.origin and event.origin.jitsi_meet_context_user or {};
	local occupant = {
		id = user.id, name = user.name, email = user.email,
		occupant_jid = event.occupant.jid, joined_at = os.time(),
	};
	table.insert(life.everybody, occupant);
	life.by_session[occupant.occupant_jid] = occupant;
	life.present = life.present + 1;
	module:log("info", "New occupant in room: %s - %s", event.room.jid, json.encode(occupant));
	tell("occupant/joined", "muc-occupant-joined", event.room,
		{ occupant = occupant, active_occupants_count = life.present });
end

local function left(event)
	local life = known[event.room.jid];
	local occupant = life and life.by_session[event.occupant.jid];
	if not occupant then return; end
	life.by_session[occupant.occupant_jid] = nil;
	life.present = life.present - 1;
	occupant.left_at = os.time();
	module:log("info", "Occupant left in room: %s - %s", event.room.jid, json.encode(occupant));
	tell("occupant/left", "muc-occupant-left", event.room,
		{ occupant = occupant, active_occupants_count = life.present });
end

local function destroyed(event)
	local life = known[event.room.jid];
	if not life then return; end
	known[event.room.jid] = nil;
	module:log("info", "Room destroyed - %s", event.room.jid);
	tell("room/destroyed", "muc-room-destroyed", event.room,
		{ created_at = life.since, destroyed_at = os.time(), all_occupants = life.everybody });
end

-- Which of two components loads first, nobody can say.
module:hook_global("server-started", function ()
	local rooms = module:context(rooms_of);
	rooms:hook("muc-room-created", function (event) tracked(event.room); end);
	rooms:hook("muc-occupant-joined", joined);
	rooms:hook("muc-occupant-left", left);
	rooms:hook("muc-room-destroyed", destroyed);
end);
