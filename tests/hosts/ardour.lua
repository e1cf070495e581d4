-- A session for ardour.py: a track with Segue, a second one that records what comes out of the first, and two that record a part each.
-- Usage: ardour7-lua ardour.lua SESSION_FOLDER BEATS_A_MINUTE
-- Does what the lines on standard input say, one command each, and says on standard output what it did.

local RATE = 48000
-- Seconds for Ardour's own threads to finish what a change of the session gave them to do.
local SETTLE = 1
-- Attempts of half a second to find the transport rolling, or the recording finished.
local PATIENCE = 40
-- The parts that have a track of their own, and their channels, from 0.
local PARTS = {Bass = 2, Drums = 9}
-- What loops, and until where the mode is automated to wait for a latch: in beats.
local LOOP, UNTIL = 8, 20

local function say(...)
    io.stdout:write("segue\t", table.concat({...}, "\t"), "\n")
    io.stdout:flush()
end

local function await(what, is_so)
    for _ = 1, PATIENCE do
        if is_so() then return end
        sleep(0.5)
    end
    error("waited in vain: " .. what)
end

local function midi_track(session, name)
    local midi = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
    local tracks = session:new_midi_track(midi, midi, true, ARDOUR.PluginInfo(), nil, nil, 1, name,
        ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, false, false)
    for track in tracks:iter() do
        return track:to_track():to_midi_track()
    end
end

-- Ardour prints beats as BEATS:TICKS.
local function ticks(beats)
    local whole, rest = beats:str():match("^(%-?%d+):(%-?%d+)$")
    return math.tointeger(whole) * Temporal.ticks_per_beat + math.tointeger(rest)
end

-- Lua has no way to make a range the one that loops; the session's file has.
local function with_a_loop(folder, name)
    local session = assert(create_session(folder, name, RATE), "no session")
    session:save_state("")
    session = nil
    close_session()
    local path = folder .. "/" .. name .. ".ardour"
    local file = assert(io.open(path))
    local text = file:read("a")
    file:close()
    local range = ('<Locations><Location id="900000" name="Loop" start="b0" end="b%d" flags="IsAutoLoop" locked="0"/></Locations>')
        :format(LOOP * Temporal.ticks_per_beat)
    local replaced, count = text:gsub("<Locations/>", range)
    assert(count == 1, "the new session has ranges")
    file = assert(io.open(path, "w"))
    file:write(replaced)
    file:close()
    session = assert(load_session(folder, name), "the session does not load")
    assert(session:locations():auto_loop_location(), "the loop is lost")
    return session
end

local function class_id(name)
    for plugin in ARDOUR.LuaAPI.list_plugins():iter() do
        if plugin.name == name and plugin.type == ARDOUR.PluginType.VST3 then return plugin.unique_id end
    end
    error("the VST3 " .. name .. " is not among Ardour's plugins")
end

-- Built without JACK, and JACK put under it afterwards: when Ardour 7.3 makes a session, two of its threads write to JACK's
-- socket at once, and the server gave up in about half of the starts. Now one start in fifteen falls, in a thread of Ardour that
-- deletes ports; ardour.py begins again.
AudioEngine:set_backend("None (Dummy)", "Unit-Test", "")
local session = with_a_loop(arg[1], "segue")
local tempo = Temporal.TempoMap.fetch_writable()
tempo:set_tempo(Temporal.Tempo(tonumber(arg[2]), tonumber(arg[2]), 4), Temporal.timepos_t(0))
Temporal.TempoMap.update(tempo)
tempo = nil
ARDOUR.config():set_send_midi_clock(true)
local played, recorded = midi_track(session, "Played"), midi_track(session, "Recorded")
local parts = {}
for name, channel in pairs(PARTS) do
    parts[name] = midi_track(session, name)
    parts[name]:set_capture_channel_mode(ARDOUR.ChannelMode.FilterChannels, 1 << channel)
end
local segue = ARDOUR.LuaAPI.new_plugin(session, class_id("Segue"), ARDOUR.PluginType.VST3, "")
assert(not segue:isnil(), "Ardour could not open Segue")
assert(played:add_processor_by_index(segue, 0, nil, true) == 0, "Ardour could not put Segue into its track")
sleep(SETTLE)
local function listeners()
    return {recorded, parts.Bass, parts.Drums}
end
for _, track in ipairs(listeners()) do
    assert(track:input():midi(0):connect(played:output():midi(0):name()) == 0, "the tracks cannot be connected")
end
sleep(SETTLE)
assert(not AudioEngine:set_backend("JACK", "ardour", ""):isnil(), "no JACK")
assert(AudioEngine:start(false) == 0, "JACK does not start")
sleep(SETTLE)
assert(AudioEngine:running(), "JACK is gone")
for _, track in ipairs(listeners()) do
    assert(track:input():midi(0):connected(), "the tracks are no longer connected")
end

local function arm(track, armed)
    track:rec_enable_control():set_value(armed, PBD.GroupControlDisposition.NoGroup)
end

arm(recorded, 1)
session:maybe_enable_record()
say("ready")

local function roll()
    session:request_roll(ARDOUR.TransportRequestSource.TRS_UI)
end

local function stop()
    session:request_stop(false, false, ARDOUR.TransportRequestSource.TRS_UI)
    await("the end", function() return not session:transport_rolling() end)
end

-- The control of a parameter of Segue's, and the points of its automation.
local function automation(name)
    for number = 0, 400 do
        local points, _, about = ARDOUR.LuaAPI.plugin_automation(segue, number)
        if points:isnil() then break end
        if about.label == name then
            local parameter = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, number)
            return segue:to_automatable():automation_control(parameter, true), points, about
        end
    end
    error("Segue has no parameter " .. name)
end

local commands = {}

-- What the player plays and what comes out is recorded.
function commands.record()
    roll()
    await("recording", function() return session:actively_recording() end)
    say("rolling")
end

function commands.keep()
    stop()
    await("a region", function() return recorded:playlist():region_list():size() > 0 end)
    for region in recorded:playlist():region_list():iter() do
        for note in ARDOUR.LuaAPI.note_list(region:to_midiregion():midi_source(0):model()):iter() do
            say("note", note:channel(), note:note(), note:velocity(), ticks(note:time()), ticks(note:length()))
        end
    end
    arm(recorded, 0)
    session:disable_record(false, false)
    say("done")
end

function commands.roll()
    roll()
    await("rolling again", function() return session:transport_rolling() end)
    say("rolling")
end

-- To the start, rolling.
function commands.back()
    session:request_locate(0, false, ARDOUR.LocateTransportDisposition.MustRoll, ARDOUR.TransportRequestSource.TRS_UI)
    say("located")
end

function commands.loop()
    session:request_play_loop(true, true)
    await("the loop", function() return session:transport_rolling() and session:get_play_loop() end)
    say("rolling")
end

-- From the start, with a mode that changes on a bar line.
function commands.automate()
    session:request_play_loop(false, false)
    local control, points, mode = automation("Mode")
    local change = UNTIL * Temporal.ticks_per_beat
    -- Answer is the first of four, continue the third.
    local answer, continue = mode.lower, mode.lower + (mode.upper - mode.lower) * 2 / 3
    for _, point in ipairs({{0, continue}, {change - 1, continue}, {change, answer}}) do
        points:add(Temporal.timepos_t.from_ticks(point[1]), point[2], false, true)
    end
    control:set_automation_state(ARDOUR.AutoState.Play)
    commands.back()
    await("rolling", function() return session:transport_rolling() end)
    say("rolling")
end

-- From the start, with a bass and a drummer who play along, each recorded on a track of its own.
function commands.band()
    for _, name in ipairs({"Mode", "Bass", "Drums"}) do
        local control, _, about = automation(name)
        control:set_value(about.upper, PBD.GroupControlDisposition.NoGroup)
    end
    for _, track in pairs(parts) do arm(track, 1) end
    session:maybe_enable_record()
    commands.back()
    await("recording", function() return session:actively_recording() end)
    say("rolling")
end

-- Saves the session with what the parts' tracks recorded, and says where that lies.
function commands.parts()
    stop()
    for name, track in pairs(parts) do
        await("a region of " .. name, function() return track:playlist():region_list():size() > 0 end)
        arm(track, 0)
    end
    session:disable_record(false, false)
    session:save_state("")
    say("folder", session:path())
    say("done")
end

function commands.stop()
    local at = session:transport_sample()
    stop()
    say("at", at)
    say("stopped")
end

for line in io.lines() do
    if line == "quit" then break end
    commands[line]()
end
