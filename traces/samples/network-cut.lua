-- The cable is pulled for twelve seconds. A download stands in the middle of its file, a journal is being written, a folder is
-- watched; another server goes on working. What each of them sees, how long it takes to find out, and how each recovers.
server {
  name = "lab",
  users = { alice = "wonderland", bob = "builder" },
  shares = { public = { files = { ["image.bin"] = { random = 400000, seed = 11 }, ["journal.txt"] = "start\n" } } },
}
server { name = "other", users = { bob = "builder" }, shares = { public = { files = { ["notes.txt"] = "unharmed\n" } } } }
link { latency = "400us", bandwidth = "20MB/s" }
redirector { timeout = "4s" }
user { name = "alice", password = "wonderland" }
user { name = "bob", password = "builder" }

local block = 16384

-- Opens again and again until the server is back; tells what was seen on the way.
local function openAtLast(arguments)
  local seen = {}
  while true do
    local status, file = NtCreateFile(arguments)
    if status == "STATUS_SUCCESS" then
      if #seen > 0 then log("open again after", #seen, "attempts:", seen[1], "...", seen[#seen]) end
      return file
    end
    seen[#seen + 1] = status
    expect(#seen < 40, "the server comes back")
    wait(700)
  end
end

process("download", { user = "alice" }, function()
  local path = [[\\lab\public\image.bin]]
  local arguments = { path = path, access = "read", options = "no_intermediate_buffering" }
  local file, hash, bytes, offset, breaks = openAtLast(arguments), sha256(), buffer(block), 0, 0
  while true do
    local status, count = NtReadFile { handle = file, buffer = bytes, offset = offset }
    if status == "STATUS_END_OF_FILE" then break end
    if status == "STATUS_SUCCESS" then
      hash:update(bytes, count)
      offset = offset + count
      wait(300)
    else
      breaks = breaks + 1
      log("read at", offset, "fails:", status)
      expect(NtClose(file), "STATUS_SUCCESS")
      file = openAtLast(arguments)
    end
  end
  expect(NtClose(file), "STATUS_SUCCESS")
  expect(offset, 400000)
  local whole = sha256()
  whole:update(server_file("lab", "public", "image.bin"))
  expect(hash:hex() == whole:hex(), "the parts of before and after make the file")
  expect(breaks > 0, "the cut was felt")
end)

process("journal", { user = "bob", start = "100ms" }, function()
  local arguments = { path = [[\\lab\public\journal.txt]], access = "read|write", options = "write_through" }
  local file, position, line = openAtLast(arguments), 6, 0
  while line < 20 do
    local text = ("line %d\n"):format(line + 1)
    local status = NtWriteFile { handle = file, data = text, offset = position }
    if status == "STATUS_SUCCESS" then
      line = line + 1
      position = position + #text
      wait(1000)
    else
      log("line", line + 1, "is not written:", status)
      NtClose(file)
      file = openAtLast(arguments)
    end
  end
  expect(NtClose(file), "STATUS_SUCCESS")
  local wanted = "start\n"
  for i = 1, 20 do wanted = wanted .. ("line %d\n"):format(i) end
  expect(server_file("lab", "public", "journal.txt"), wanted)
end)

process("watcher", { user = "alice", start = "200ms" }, function()
  local folder = openAtLast { path = [[\\lab\public\]], access = "list", options = "directory", async = true }
  local status, event = NtCreateEvent { manual_reset = false }
  local status, request = NtNotifyChangeDirectoryFile { handle = folder, event = event, filter = "file_name" }
  expect(status, "STATUS_PENDING")
  expect(NtWaitForSingleObject { handle = event, timeout = "60s" }, "STATUS_SUCCESS")
  log("the watch ends with", request.status)
  expect(NtClose(folder), "STATUS_SUCCESS")
  folder = openAtLast { path = [[\\lab\public\]], access = "list", options = "directory", async = true }
  expect(NtClose(folder), "STATUS_SUCCESS")
end)

process("bystander", { user = "bob", start = "300ms" }, function()
  for i = 1, 12 do
    local status, file = NtCreateFile { path = [[\\other\public\notes.txt]], access = "read" }
    expect(status, "STATUS_SUCCESS")
    local status, text = NtReadFile { handle = file, offset = 0 }
    expect(text, "unharmed\n")
    expect(NtClose(file), "STATUS_SUCCESS")
    wait(1500)
  end
end)

process("cable", { start = "3s" }, function()
  log("the cable is pulled")
  cut("lab")
  wait("12s")
  log("the cable is back")
  heal("lab")
end)
