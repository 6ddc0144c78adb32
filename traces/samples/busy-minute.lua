-- A busy minute of four processes on two servers: somebody edits a document, a compiler rebuilds whenever a source changes,
-- an indexer watches the folder and reads what is new, a backup copies everything to a slow server far away.
server {
  name = "files",
  users = { alice = "wonderland", bob = "builder", carol = "christmas" },
  shares = {
    work = {
      files = {
        ["report.txt"] = "Quarterly report\n",
        ["src\\main.c"] = { random = 9000, seed = 1 }, ["src\\list.c"] = { random = 5200, seed = 2 },
        ["src\\hash.c"] = { random = 7100, seed = 3 }, ["src\\list.h"] = { random = 900, seed = 4 },
        ["src\\hash.h"] = { random = 1100, seed = 5 }, ["obj\\"] = "",
      },
    },
  },
}
server { name = "archive", users = { carol = "christmas" }, shares = { backup = {} } }
link { server = "files", latency = "250us", bandwidth = "100MB/s" }
link { server = "archive", latency = "8ms", bandwidth = "2MB/s" }
user { name = "alice", password = "wonderland" }
user { name = "bob", password = "builder" }
user { name = "carol", password = "christmas" }

local work = [[\\files\work\]]
local minute = 60000

-- Programs in a hurry try again when somebody else has the file.
local function open(path, arguments)
  arguments.path = path
  local status, file
  for attempt = 1, 40 do
    status, file = NtCreateFile(arguments)
    if status ~= "STATUS_SHARING_VIOLATION" then break end
    wait(50)
  end
  expect(status, "STATUS_SUCCESS")
  return file
end

local function readAll(file, block)
  local parts, offset = {}, 0
  while true do
    local status, text = NtReadFile { handle = file, offset = offset, length = block }
    if status == "STATUS_END_OF_FILE" then break end
    expect(status, "STATUS_SUCCESS")
    parts[#parts + 1] = text
    offset = offset + #text
  end
  return table.concat(parts)
end

local function names(path)
  local directory, found = open(path, { access = "list", options = "directory" }), {}
  repeat
    local status, entries = NtQueryDirectoryFile { handle = directory, pattern = "*", length = 8192 }
    for _, entry in ipairs(entries or {}) do
      if entry.FileName:sub(1, 1) ~= "." and entry.FileAttributes & 0x10 == 0 then found[#found + 1] = entry.FileName end
    end
  until status ~= "STATUS_SUCCESS"
  expect(NtClose(directory), "STATUS_SUCCESS")
  return found
end

-- Saves as editors do: a new file beside the old one, then the old one's name.
process("editor", { user = "alice" }, function()
  local text, turn = "Quarterly report\n", 0
  while now() < minute do
    turn = turn + 1
    local file = open(work .. "report.txt", { access = "read", share = "read|write|delete" })
    expect(readAll(file, 4096), text)
    wait(2500)
    text = text .. "Paragraph " .. turn .. (": all is well"):rep(20) .. "\n"
    local copy = open(work .. "report.tmp", { access = "write|delete", share = "none", disposition = "overwrite_if" })
    expect(NtWriteFile { handle = copy, data = text, offset = 0 }, "STATUS_SUCCESS")
    expect(NtClose(file), "STATUS_SUCCESS")
    local renamed = NtSetInformationFile {
      handle = copy, class = "FileRenameInformation", FileName = "report.txt", ReplaceIfExists = true,
    }
    expect(NtClose(copy), "STATUS_SUCCESS")
    if renamed ~= "STATUS_SUCCESS" then
      log("the report is still open somewhere: saved into it instead", renamed)
      local file = open(work .. "report.txt", { access = "write", share = "read|write|delete", disposition = "overwrite" })
      expect(NtWriteFile { handle = file, data = text, offset = 0 }, "STATUS_SUCCESS")
      expect(NtClose(file), "STATUS_SUCCESS")
    end
    wait(8500)
  end
  log("saved", turn, "times")
end)

process("compiler", { user = "bob", start = "1500ms" }, function()
  local builds = 0
  while now() < minute do
    builds = builds + 1
    local source = open(work .. [[src\hash.c]], { access = "write", share = "read", disposition = "open" })
    expect(NtWriteFile { handle = source, data = "// build " .. builds .. "\n", offset = 0 }, "STATUS_SUCCESS")
    expect(NtClose(source), "STATUS_SUCCESS")
    for _, name in ipairs(names(work .. "src")) do
      local file = open(work .. [[src\]] .. name, { access = "read", share = "read|write", options = "sequential" })
      local status, facts = NtQueryInformationFile { handle = file, class = "FileStandardInformation" }
      expect(status, "STATUS_SUCCESS")
      local text = readAll(file, 4096)
      expect(#text, facts.EndOfFile)
      expect(NtClose(file), "STATUS_SUCCESS")
      if name:sub(-2) == ".c" then
        local object = open(work .. [[obj\]] .. name:sub(1, -2) .. "o", { access = "write", share = "none", disposition = "overwrite_if" })
        for part = 0, 2 do
          expect(NtWriteFile { handle = object, data = text:sub(1, 1000), offset = part * 1000 }, "STATUS_SUCCESS")
        end
        expect(NtFlushBuffersFile(object), "STATUS_SUCCESS")
        expect(NtClose(object), "STATUS_SUCCESS")
      end
      wait(40)
    end
    wait(20000)
  end
  log("built", builds, "times")
end)

-- Waits until the folder changes, then reads what is there.
process("indexer", { user = "alice", start = "500ms" }, function()
  local folder = open(work, { access = "list", options = "directory", async = true })
  local status, event = NtCreateEvent { manual_reset = false }
  local scans, busy = 0, 0
  while now() < minute do
    local status, change = NtNotifyChangeDirectoryFile { handle = folder, event = event, filter = "file_name|last_write|size", tree = true }
    expect(status, "STATUS_PENDING")
    if NtWaitForSingleObject { handle = event, timeout = "8s" } == "STATUS_TIMEOUT" then
      expect(NtCancelIoFile(folder), "STATUS_SUCCESS")
      expect(NtWaitForSingleObject(event), "STATUS_SUCCESS")
    else
      scans = scans + 1
      for _, name in ipairs(names(work)) do
        local status, file = NtCreateFile { path = work .. name, access = "read", share = "read|write|delete" }
        if status == "STATUS_SUCCESS" then
          readAll(file, 65536)
          expect(NtClose(file), "STATUS_SUCCESS")
        else
          busy = busy + 1
        end
      end
      wait(4000)
    end
  end
  expect(NtClose(folder), "STATUS_SUCCESS")
  log("scanned", scans, "times, found", busy, "files busy")
end)

-- Copies around the cache, one region locked at a time.
process("backup", { user = "carol", start = "10s" }, function()
  local copied = 0
  for _, folder in ipairs { "", [[src\]] } do
    for _, name in ipairs(names(work .. folder)) do
      local from = open(work .. folder .. name, { access = "read", share = "read|write|delete" })
      local to = open([[\\archive\backup\]] .. name, {
        access = "read|write", share = "none", disposition = "overwrite_if", options = "no_intermediate_buffering|write_through",
      })
      local offset = 0
      repeat
        expect(NtLockFile { handle = from, offset = offset, length = 4096, exclusive = false }, "STATUS_SUCCESS")
        local status, text = NtReadFile { handle = from, offset = offset, length = 4096 }
        expect(NtUnlockFile { handle = from, offset = offset, length = 4096 }, "STATUS_SUCCESS")
        if status == "STATUS_SUCCESS" then
          expect(NtWriteFile { handle = to, data = text, offset = offset }, "STATUS_SUCCESS")
          offset = offset + #text
        end
      until status ~= "STATUS_SUCCESS"
      expect(NtClose(to), "STATUS_SUCCESS")
      expect(NtClose(from), "STATUS_SUCCESS")
      copied = copied + 1
      wait(4000)
    end
  end
  log("copied", copied, "files")
end)
