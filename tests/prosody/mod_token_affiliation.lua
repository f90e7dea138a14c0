-- Gives those the owner's rights whose token says so, and nobody else, under the name that Jitsi's own plugin has.

local LEADING = { owner = true, moderator = true, teacher = true };

module:hook("muc-occupant-pre-join", function (event)
	local session, room, occupant = event.origin, event.room, event.occupant;
	local user = session.jitsi_meet_context_user;
	if not user then return; end
	local leads = user.moderator == true or user.moderator == "true" or LEADING[user.affiliation];
	room:set_affiliation(true, occupant.bare_jid, leads and "owner" or "member");
end, -1);
