-- Writes 256 MiB around the cache, four requests of 4 MiB in flight; smbclient keeps its credits in flight.
server { name = "lab", users = { alice = "pw" }, shares = { private = {} } }
-- smbclient signs when the server asks for it; the benchmark's signed rows replace this word.
redirector { signing = "when_required" }
user { name = "alice", password = "pw" }

process("write", { user = "alice" }, function()
  local chunk, total, depth = 4194304, 64, 4
  local status, file = NtCreateFile {
    path = [[\\lab\private\big3]], access = "write", disposition = "overwrite_if",
    options = "no_intermediate_buffering", async = true,
  }
  expect(status, "STATUS_SUCCESS")
  local slots = {}
  for i = 0, total - 1 + depth do
    local slot = i % depth
    local old = slots[slot]
    if old then
      if old.request then
        NtWaitForSingleObject(old.event)
        expect(old.request.status, "STATUS_SUCCESS")
        expect(old.request.information, chunk)
      end
    else
      local _, event = NtCreateEvent { manual_reset = false }
      old = { buffer = buffer(chunk), event = event }
      old.buffer:random(slot, 0)
      slots[slot] = old
    end
    old.request = nil
    if i < total then
      local status, request = NtWriteFile { handle = file, buffer = old.buffer, offset = i * chunk, event = old.event }
      if status == "STATUS_PENDING" then old.request = request else expect(status, "STATUS_SUCCESS") end
    end
  end
  expect(NtClose(file), "STATUS_SUCCESS")
end)
