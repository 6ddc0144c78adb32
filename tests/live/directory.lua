-- Ten thousand names (made by the fixture in folder "many") are listed, each exactly once.
server { name = "lab", users = { alice = "pw" }, shares = { private = {} } }
user { name = "alice", password = "pw" }

process("list", { user = "alice" }, function()
  local status, directory = NtCreateFile { path = [[\\lab\private\many]], access = "list", options = "directory" }
  expect(status, "STATUS_SUCCESS")
  local seen, count = {}, 0
  while true do
    local status, entries = NtQueryDirectoryFile { handle = directory, class = "FileIdBothDirectoryInformation" }
    if status == "STATUS_NO_MORE_FILES" then break end
    expect(status, "STATUS_SUCCESS")
    for _, entry in ipairs(entries) do
      local name = entry.FileName
      if name ~= "." and name ~= ".." then
        expect(not seen[name], name .. " is listed once")
        seen[name] = true
        count = count + 1
      end
    end
  end
  expect(count, 10000)
  expect(seen["file-00001.txt"] and seen["file-10000.txt"], "first and last name are there")
  expect(NtClose(directory), "STATUS_SUCCESS")
end)
