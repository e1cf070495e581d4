-- Makes a session for ardour_window.py: one track with Segue, its latch and the parts that are named on, and saves it.
-- Usage: ardour7-lua ardour_window.lua SESSION_FOLDER NAME [PART...]

AudioEngine:set_backend("None (Dummy)", "Unit-Test", "")
local session = assert(create_session(arg[1], arg[2], 48000), "no session")
local midi = ARDOUR.ChanCount(ARDOUR.DataType("midi"), 1)
local tracks = session:new_midi_track(midi, midi, true, ARDOUR.PluginInfo(), nil, nil, 1, "Played",
    ARDOUR.PresentationInfo.max_order, ARDOUR.TrackMode.Normal, true, false)
local id
for plugin in ARDOUR.LuaAPI.list_plugins():iter() do
    if plugin.name == "Segue" and plugin.type == ARDOUR.PluginType.VST3 then id = plugin.unique_id end
end
local segue = ARDOUR.LuaAPI.new_plugin(session, assert(id, "Segue is not among Ardour's plugins"), ARDOUR.PluginType.VST3, "")
for track in tracks:iter() do
    assert(track:add_processor_by_index(segue, 0, nil, true) == 0, "Ardour could not put Segue into its track")
end
local wanted, count = {Latch = true}, 1
for place = 3, #arg do
    wanted[arg[place]], count = true, count + 1
end
for number = 0, 400 do
    local points, _, about = ARDOUR.LuaAPI.plugin_automation(segue, number)
    if count == 0 or points:isnil() then break end
    if wanted[about.label] then
        local parameter = Evoral.Parameter(ARDOUR.AutomationType.PluginAutomation, 0, number)
        segue:to_automatable():automation_control(parameter, true):set_value(1, PBD.GroupControlDisposition.NoGroup)
        count = count - 1
    end
end
assert(count == 0, "Segue has no latch, or a part is unknown")
sleep(1)
session:save_state("")
